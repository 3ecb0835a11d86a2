#include "app/gui/window/start_page.h"

#include "app/gui/canvas/thumbnail.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"
#include "app/verbs/verbs.h"

#include <QAbstractButton>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>

namespace alwayson::gui {

namespace {

constexpr int kMostColumns = 3;
constexpr int kCardWidth = 248;
constexpr int kPictureHeight = 132;
constexpr int kSideWidth = 236;
constexpr int kSideGap = 40;
constexpr int kMargin = 32;
constexpr int kGap = 16;
constexpr int kPadding = 16;

// A card to click: a picture of the design, its title, what it is about.
class Card : public QAbstractButton {
public:
    Card(const Theme& theme, const QString& title, const QString& description, Design design, QWidget* parent)
        : QAbstractButton(parent), m_theme(theme), m_design(std::move(design)) {
        setCursor(Qt::PointingHandCursor);
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
        setAccessibleName(title);
        setAccessibleDescription(description);
        setFixedWidth(kCardWidth);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred); // as high as the highest of its row
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(kPadding, kPictureHeight + 14, kPadding, 14);
        column->setSpacing(4);
        column->addWidget(ui::label(theme, title, Type::body, "text", QFont::DemiBold, this));
        QLabel* text = ui::label(theme, description, Type::secondary, "secondary", QFont::Normal, this);
        text->setWordWrap(true);
        text->setMinimumHeight(
            text->heightForWidth(kCardWidth - 2 * kPadding)); // a button does not ask for it
        column->addWidget(text);
        column->addStretch(1);
        for (QWidget* child : findChildren<QWidget*>())
            child->setAttribute(Qt::WA_TransparentForMouseEvents);
        connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool strong = underMouse() || hasFocus();
        const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
        QPainterPath outline;
        outline.addRoundedRect(box, space::kCardRadius, space::kCardRadius);
        painter.fillPath(outline, m_theme.color(Tone::surface));
        const QRectF picture(box.left(), box.top(), box.width(), kPictureHeight);
        painter.save();
        painter.setClipPath(outline);
        painter.fillRect(picture, m_theme.color(Tone::canvas));
        painter.fillRect(QRectF(box.left(), picture.bottom(), box.width(), 1), m_theme.color(Tone::line));
        painter.restore();
        if (m_design.nodes.empty())
            paintInvitation(painter, picture);
        else
            paintThumbnail(painter, m_theme, m_design, picture.adjusted(16, 14, -16, -14));
        painter.setPen(QPen(m_theme.color(strong ? Tone::accent : Tone::line), hasFocus() ? 1.6 : 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(outline);
    }

private:
    void paintInvitation(QPainter& painter, const QRectF& picture) const {
        QRectF card(0, 0, 86, 31);
        card.moveCenter(picture.center());
        QPen dashed(m_theme.color(Tone::faint), 1.2);
        dashed.setDashPattern({4, 3});
        painter.setPen(dashed);
        painter.setBrush(m_theme.color(Tone::surface));
        painter.drawRoundedRect(card, 7, 7);
        QRectF plus(0, 0, 16, 16);
        plus.moveCenter(card.center());
        m_theme.icons().paint(painter, QStringLiteral("plus"), plus, m_theme.color(Tone::secondary));
    }

    const Theme& m_theme;
    const Design m_design;
};

// The innermost folders of a path, as many as tell it from the others of its name.
QString folderName(const QString& path, const QStringList& paths) {
    const auto tail = [](const QString& one, int depth) {
        const QStringList parts = QFileInfo(one).path().split(QLatin1Char('/'));
        return parts.mid(std::max<qsizetype>(0, parts.size() - depth)).join(QLatin1Char('/'));
    };
    const QString name = QFileInfo(path).fileName();
    for (int depth = 1; depth < 32; ++depth) {
        const auto same = [&](const QString& other) {
            return other != path && QFileInfo(other).fileName() == name &&
                   tail(other, depth) == tail(path, depth);
        };
        if (std::none_of(paths.begin(), paths.end(), same)) return tail(path, depth);
    }
    return QFileInfo(path).path();
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
    centred->setContentsMargins(kMargin, 56, kMargin, kMargin);
    centred->addStretch(1);
    auto* content = new QWidget(page);
    centred->addWidget(content);
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
    column->addSpacing(28);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(kSideGap);
    auto* left = new QVBoxLayout;
    left->setSpacing(0);
    left->addWidget(
        ui::label(theme, tr("Start from a template"), Type::control, "text", QFont::DemiBold, content));
    left->addSpacing(10);
    m_grid = new QGridLayout;
    m_grid->setSpacing(kGap);
    addTemplates();
    arrange();
    left->addLayout(m_grid);
    left->addStretch(1);
    halves->addLayout(left);
    auto* side = new QWidget(content);
    side->setFixedWidth(kSideWidth);
    auto* right = new QVBoxLayout(side);
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(ui::label(theme, tr("Recent files"), Type::control, "text", QFont::DemiBold, content));
    right->addSpacing(10);
    m_recent = new QVBoxLayout;
    m_recent->setSpacing(2);
    right->addLayout(m_recent);
    right->addSpacing(16);
    const auto button = [&](const QString& text, const QString& icon) {
        QPushButton* made = ui::button(theme, text, "plain", content);
        made->setIcon(theme.icon(icon));
        made->setFixedWidth(kSideWidth);
        right->addWidget(made);
        right->addSpacing(8);
        return made;
    };
    connect(button(tr("Open a file..."), QStringLiteral("open")), &QPushButton::clicked, this,
            &StartPage::openRequested);
    connect(button(tr("Back to the open design"), QStringLiteral("chevron-left")), &QPushButton::clicked,
            this, &StartPage::closed);
    right->addStretch(1);
    halves->addWidget(side);
    column->addLayout(halves);
    column->addStretch(1);
    scroll->setWidget(page);
    setRecent({});
}

void StartPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void StartPage::arrange() {
    const int room = width() - 2 * kMargin - kSideWidth - kSideGap;
    const int columns = std::clamp((room + kGap) / (kCardWidth + kGap), 1, kMostColumns);
    if (columns == m_columns) return;
    m_columns = columns;
    for (std::size_t i = 0; i < m_cards.size(); ++i)
        m_grid->addWidget(m_cards[i], int(i) / columns, int(i) % columns);
}

void StartPage::addTemplates() {
    for (const verbs::TemplateInfo& info : verbs::templates()) {
        Result<Design> design = verbs::newFromTemplate(info.id);
        auto* card =
            new Card(m_theme, QString::fromStdString(info.title), QString::fromStdString(info.description),
                     design ? std::move(*design) : Design(), this);
        const QString id = QString::fromStdString(info.id);
        card->setObjectName(QStringLiteral("template-") + id);
        connect(card, &QAbstractButton::clicked, this, [this, id] { emit templateChosen(id); });
        m_cards.push_back(card);
        ++m_templates;
    }
    auto* empty = new Card(m_theme, tr("Empty design"),
                           tr("A blank canvas. Drag clients, balancers and servers onto it."), {}, this);
    empty->setObjectName(QStringLiteral("empty-design"));
    connect(empty, &QAbstractButton::clicked, this, [this] { emit templateChosen({}); });
    m_cards.push_back(empty);
}

void StartPage::setRecent(const QStringList& paths) {
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    QStringList names;
    for (const QString& path : paths)
        names << QFileInfo(path).fileName();
    for (const QString& path : paths) {
        const QFileInfo file(path);
        QString name = file.fileName();
        if (names.count(name) > 1) name += QStringLiteral("  \u00B7  ") + folderName(path, paths);
        QPushButton* entry = ui::button(m_theme, name, "flat", this);
        entry->setObjectName(QStringLiteral("recent"));
        entry->setToolTip(ui::plainTip(path));
        entry->setMaximumWidth(kSideWidth);
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
