#include "app/gui/panels/problems.h"

#include "app/gui/canvas/places.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/ui.h"

#include <QListView>
#include <QMouseEvent>
#include <QPainter>
#include <QStackedLayout>
#include <QStyledItemDelegate>

#include <algorithm>
#include <iterator>

namespace alwayson::gui {

namespace {

constexpr int kIcon = 16;
constexpr int kLeft = space::kPanel;
constexpr int kButtonWidth = 56;

class ProblemsDelegate : public QStyledItemDelegate {
public:
    ProblemsDelegate(const Theme& theme, Problems& panel)
        : QStyledItemDelegate(&panel), m_theme(theme), m_panel(panel) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const int width = option.widget != nullptr ? option.widget->width() : 600;
        const int words = textHeight(index.data().toString(), width) +
                          (index.data(ProblemsModel::fixRole).toString().isEmpty()
                               ? 0
                               : QFontMetrics(m_theme.font(Type::secondary)).height() + 2);
        return {width, words + 16};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect box = option.rect;
        if (option.state & (QStyle::State_MouseOver | QStyle::State_Selected)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(
                m_theme.color(option.state & QStyle::State_Selected ? Tone::accentSoft : Tone::hover));
            painter->drawRoundedRect(QRectF(box).adjusted(8, 1, -8, -1), 7, 7);
        }
        const auto severity = static_cast<Severity>(index.data(ProblemsModel::severityRole).toInt());
        const char* icon = severity == Severity::error     ? "error"
                           : severity == Severity::warning ? "warning"
                                                           : "hint";
        const Tone tone = severity == Severity::error     ? Tone::bad
                          : severity == Severity::warning ? Tone::warn
                                                          : Tone::accent;
        m_theme.icons().paint(*painter, QLatin1String(icon), QRectF(kLeft, box.top() + 8, kIcon, kIcon),
                              m_theme.color(tone));
        const QRect words = wordsOf(box, index);
        painter->setFont(m_theme.font(Type::control, QFont::Medium));
        painter->setPen(m_theme.color(Tone::text));
        const QString message = index.data().toString();
        const int height = painter->fontMetrics().boundingRect(words, Qt::TextWordWrap, message).height();
        painter->drawText(words.adjusted(0, 8, 0, 0), Qt::TextWordWrap, message);
        painter->setFont(m_theme.font(Type::secondary));
        painter->setPen(m_theme.color(Tone::secondary));
        const QString fix = painter->fontMetrics().elidedText(index.data(ProblemsModel::fixRole).toString(),
                                                              Qt::ElideRight, words.width());
        painter->drawText(words.adjusted(0, 10 + height, 0, 0), Qt::TextSingleLine, fix);
        if (index.data(ProblemsModel::fixableRole).toBool()) {
            const QRectF button = buttonOf(box);
            painter->setPen(QPen(m_theme.color(Tone::line), 1));
            painter->setBrush(m_theme.color(Tone::surface));
            painter->drawRoundedRect(button, button.height() / 2, button.height() / 2);
            painter->setFont(m_theme.font(Type::small, QFont::DemiBold));
            painter->setPen(m_theme.color(Tone::accent));
            painter->drawText(button, Qt::AlignCenter, Problems::tr("Fix"));
        }
        painter->restore();
    }

    bool editorEvent(QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override {
        if (event->type() != QEvent::MouseButtonRelease || !index.data(ProblemsModel::fixableRole).toBool())
            return false;
        if (!buttonOf(option.rect).contains(static_cast<QMouseEvent*>(event)->position())) return false;
        m_panel.applyFix(index);
        return true;
    }

private:
    static QRectF buttonOf(const QRect& box) {
        return {box.right() - kButtonWidth - 18.0, box.top() + 8.5, kButtonWidth, 21.0};
    }
    static QRect wordsOf(const QRect& box, const QModelIndex& index) {
        const int right = index.data(ProblemsModel::fixableRole).toBool() ? kButtonWidth + 34 : kLeft;
        return box.adjusted(kLeft + kIcon + 10, 0, -right, 0);
    }
    int textHeight(const QString& text, int width) const {
        const QFontMetrics metrics(m_theme.font(Type::control, QFont::Medium));
        return metrics
            .boundingRect(QRect(0, 0, width - kLeft - kIcon - kButtonWidth - 50, 10000), Qt::TextWordWrap,
                          text)
            .height();
    }
    const Theme& m_theme;
    Problems& m_panel;
};

} // namespace

void ProblemsModel::setIssues(std::vector<Issue> issues) {
    beginResetModel();
    m_issues = std::move(issues);
    endResetModel();
}

const Issue* ProblemsModel::issue(const QModelIndex& index) const {
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= m_issues.size()) return nullptr;
    return &m_issues[static_cast<std::size_t>(index.row())];
}

int ProblemsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_issues.size());
}

QVariant ProblemsModel::data(const QModelIndex& index, int role) const {
    const Issue* one = issue(index);
    if (one == nullptr) return {};
    switch (role) {
    case Qt::DisplayRole:
        return QString::fromStdString(one->message);
    case Qt::AccessibleTextRole:
        return QString::fromUtf8(toString(one->severity).data()) + QStringLiteral(": ") +
               QString::fromStdString(one->message);
    case Qt::ToolTipRole:
        return ui::plainTip(QString::fromStdString(one->fix));
    case severityRole:
        return static_cast<int>(one->severity);
    case fixRole:
        return QString::fromStdString(one->fix);
    case fixableRole:
        return one->operation.has_value();
    default:
        return {};
    }
}

Problems::Problems(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_session(session), m_model(new ProblemsModel(this)) {
    setProperty("plane", QStringLiteral("surface"));
    setAttribute(Qt::WA_StyledBackground);
    m_stack = new QStackedLayout(this);
    m_list = new QListView(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new ProblemsDelegate(theme, *this));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setAccessibleName(tr("Problems"));
    m_stack->addWidget(m_list);
    QLabel* none = ui::label(theme, tr("Nothing to report: the check found no problem in this design."),
                             Type::body, "secondary", QFont::Normal, this);
    none->setAlignment(Qt::AlignCenter);
    m_stack->addWidget(none);
    connect(m_list, &QListView::clicked, this, &Problems::open);
    connect(m_list, &QListView::activated, this, &Problems::open);
    connect(&session, &Session::reportChanged, this, &Problems::follow);
    connect(&session, &Session::designChanged, this, [this](const ChangeSet& changes) {
        if (!changes.affectsResults() && !changes.moved.empty()) follow(); // else with the report
    });
    connect(&theme, &Theme::changed, m_list->viewport(), qOverload<>(&QWidget::update));
    follow();
}

int Problems::count() const {
    return m_model->rowCount();
}

void Problems::follow() {
    const auto report = m_session.report();
    if (!report && m_session.lastReport()) return; // until the new one is here
    std::vector<Issue> issues = report ? report->issues : std::vector<Issue>();
    std::vector<Issue> drawing = drawingIssues(m_session.design(), layoutBoxes(m_session.design()));
    const auto hints = std::find_if(issues.begin(), issues.end(),
                                    [](const Issue& issue) { return issue.severity == Severity::hint; });
    issues.insert(hints, std::make_move_iterator(drawing.begin()), std::make_move_iterator(drawing.end()));
    m_model->setIssues(std::move(issues));
    m_stack->setCurrentIndex(m_model->rowCount() > 0 ? 0 : 1);
    emit countChanged(count());
}

void Problems::open(const QModelIndex& index) {
    const Issue* issue = m_model->issue(index);
    if (issue == nullptr) return;
    QStringList ids;
    for (const std::string& id : issue->where)
        ids << QString::fromStdString(id);
    if (ids.isEmpty()) return;
    m_session.select(ids);
    emit centreRequested(ids.front());
}

void Problems::applyFix(const QModelIndex& index) {
    const Issue* issue = m_model->issue(index);
    if (issue == nullptr || !issue->operation || m_session.reportIsStale()) return;
    const Operation operation = *issue->operation; // the list is replaced by what follows
    m_session.apply(operation);
}

} // namespace alwayson::gui
