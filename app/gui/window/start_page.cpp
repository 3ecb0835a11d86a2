#include "app/gui/window/start_page.h"

#include "app/gui/widgets/tile.h"
#include "app/gui/widgets/ui.h"
#include "app/verbs/verbs.h"

#include <QAbstractButton>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>

namespace alwayson::gui {

namespace {

constexpr int kColumns = 2;
constexpr int kWidth = 980;

// A card to click: tile, title, description.
class Card : public QAbstractButton {
public:
    Card(const Theme& theme, const QString& title, const QString& description, const QString& icon,
         const QString& category, QWidget* parent)
        : QAbstractButton(parent), m_theme(theme) {
        setCursor(Qt::PointingHandCursor);
        setFocusPolicy(Qt::StrongFocus);
        setAccessibleName(title);
        setAccessibleDescription(description);
        setMinimumHeight(92);
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(16, 14, 16, 14);
        row->setSpacing(14);
        auto* tile = new Tile(theme, 40, this);
        tile->show(icon, category);
        row->addWidget(tile, 0, Qt::AlignTop);
        auto* words = new QVBoxLayout;
        words->setSpacing(4);
        words->addWidget(ui::label(theme, title, Type::body, "text", QFont::DemiBold, this));
        QLabel* text = ui::label(theme, description, Type::secondary, "secondary", QFont::Normal, this);
        text->setWordWrap(true);
        words->addWidget(text);
        words->addStretch(1);
        row->addLayout(words, 1);
        for (QWidget* child : findChildren<QWidget*>())
            child->setAttribute(Qt::WA_TransparentForMouseEvents);
        connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool strong = underMouse() || hasFocus();
        painter.setPen(QPen(m_theme.color(strong ? Tone::accent : Tone::line), hasFocus() ? 1.6 : 1));
        painter.setBrush(m_theme.color(Tone::surface));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), space::kCardRadius,
                                space::kCardRadius);
    }

private:
    const Theme& m_theme;
};

// The picture that says most about a template's shape.
std::pair<QString, QString> pictureOf(const std::string& id) {
    if (id == "one-server") return {QStringLiteral("server"), QStringLiteral("compute")};
    if (id == "storage" || id == "analytics") return {QStringLiteral("database"), QStringLiteral("data")};
    if (id.find("aws") != std::string::npos || id.find("azure") != std::string::npos)
        return {QStringLiteral("external"), QStringLiteral("cloud")};
    if (id == "two-regions") return {QStringLiteral("region"), QStringLiteral("cloud")};
    return {QStringLiteral("balancer"), QStringLiteral("balancer")};
}

} // namespace

StartPage::StartPage(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setProperty("plane", QStringLiteral("window"));
    setAttribute(Qt::WA_StyledBackground);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    outer->addWidget(scroll);
    auto* page = new QWidget;
    auto* centred = new QHBoxLayout(page);
    centred->setContentsMargins(32, 44, 32, 32);
    centred->addStretch(1);
    auto* content = new QWidget(page);
    content->setMaximumWidth(kWidth);
    centred->addWidget(content, 100);
    centred->addStretch(1);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(ui::label(theme, tr("Always On"), Type::figure, "text", QFont::DemiBold, content));
    column->addSpacing(4);
    column->addWidget(ui::label(
        theme,
        tr("Draw a system, see where it is weak, break it, and leave with configuration that deploys it."),
        Type::body, "secondary", QFont::Normal, content));
    column->addSpacing(26);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(36);
    auto* left = new QVBoxLayout;
    left->setSpacing(0);
    left->addWidget(
        ui::label(theme, tr("Start from a template"), Type::control, "text", QFont::DemiBold, content));
    left->addSpacing(10);
    auto* grid = new QGridLayout;
    grid->setSpacing(12);
    addTemplates(*grid);
    left->addLayout(grid);
    left->addStretch(1);
    halves->addLayout(left, 7);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(ui::label(theme, tr("Recent files"), Type::control, "text", QFont::DemiBold, content));
    right->addSpacing(8);
    m_recent = new QVBoxLayout;
    m_recent->setSpacing(2);
    right->addLayout(m_recent);
    right->addSpacing(16);
    QPushButton* open = ui::button(theme, tr("Open a file..."), "plain", content);
    open->setIcon(theme.icon(QStringLiteral("open")));
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    right->addWidget(open, 0, Qt::AlignLeft);
    right->addSpacing(6);
    QPushButton* back = ui::button(theme, tr("Back to the open design"), "flat", content);
    back->setIcon(theme.icon(QStringLiteral("chevron-left")));
    connect(back, &QPushButton::clicked, this, &StartPage::closed);
    right->addWidget(back, 0, Qt::AlignLeft);
    right->addStretch(1);
    halves->addLayout(right, 3);
    column->addLayout(halves);
    column->addStretch(1);
    scroll->setWidget(page);
    setRecent({});
}

void StartPage::addTemplates(QGridLayout& grid) {
    for (const verbs::TemplateInfo& info : verbs::templates()) {
        const auto [icon, category] = pictureOf(info.id);
        auto* card = new Card(m_theme, QString::fromStdString(info.title),
                              QString::fromStdString(info.description), icon, category, this);
        const QString id = QString::fromStdString(info.id);
        card->setObjectName(QStringLiteral("template-") + id);
        connect(card, &QAbstractButton::clicked, this, [this, id] { emit templateChosen(id); });
        grid.addWidget(card, m_templates / kColumns, m_templates % kColumns);
        ++m_templates;
    }
    auto* empty = new Card(m_theme, tr("Empty design"),
                           tr("A blank canvas. Drag clients, balancers and servers onto it."),
                           QStringLiteral("plus"), QStringLiteral("place"), this);
    empty->setObjectName(QStringLiteral("empty-design"));
    connect(empty, &QAbstractButton::clicked, this, [this] { emit templateChosen({}); });
    grid.addWidget(empty, m_templates / kColumns, m_templates % kColumns);
    for (int column = 0; column < kColumns; ++column)
        grid.setColumnStretch(column, 1);
}

void StartPage::setRecent(const QStringList& paths) {
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    for (const QString& path : paths) {
        QPushButton* entry = ui::button(m_theme, QFileInfo(path).fileName(), "flat", this);
        entry->setToolTip(ui::plainTip(path));
        connect(entry, &QPushButton::clicked, this, [this, path] { emit fileChosen(path); });
        m_recent->addWidget(entry, 0, Qt::AlignLeft);
    }
    if (!paths.isEmpty()) return;
    QLabel* none = ui::label(m_theme, tr("None yet. You can also drop a design file onto the window."),
                             Type::secondary, "faint", QFont::Normal, this);
    none->setWordWrap(true);
    m_recent->addWidget(none);
}

} // namespace alwayson::gui
