#include "app/gui/run/results_panel.h"

#include "app/gui/canvas/words.h"
#include "app/gui/run/bar_list.h"
#include "app/gui/run/figure_rows.h"
#include "app/gui/run/run_words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"
#include "core/base/units.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr int kRowHeight = 22;
constexpr int kLeastName = 200;      // rather the bars apart than less
constexpr int kShortName = 140;      // rather sideways than less
constexpr int kAround = 2 * 18 + 16; // the margins of the panel and a scroll bar
constexpr int kBetween = 18;         // table and bars
constexpr int kTableShare = 5, kSideShare = 2, kLeastSide = 252;
constexpr int kBothFit = 720;    // table and bars beside each other
constexpr int kAllColumns = 960; // the table with the number of samples

QString yearsOf(const SimulationResult& result) {
    const double years = result.simulatedSeconds / kSecondsPerYear;
    return years < 100 ? QString::fromStdString(formatSignificant(years))
                       : grouped(static_cast<std::uint64_t>(std::llround(years)));
}

enum Column { nameColumn, valueColumn, intervalColumn, tagColumn, samplesColumn, columns };
constexpr int kProse = Qt::UserRole; // a sentence over all columns, in as many lines as it needs

class RowDelegate : public QStyledItemDelegate {
public:
    explicit RowDelegate(QTreeWidget* table) : QStyledItemDelegate(table), m_table(*table) {
        table->viewport()->installEventFilter(this);
    }
    // The lines that sentences need depend on the width; the view asks for heights once only.
    bool eventFilter(QObject* object, QEvent* event) override {
        if (object != m_table.viewport()) return QStyledItemDelegate::eventFilter(object, event);
        if (event->type() == QEvent::Resize && m_width != m_table.viewport()->width()) {
            m_width = m_table.viewport()->width();
            QMetaObject::invokeMethod(
                &m_table, [table = &m_table] { table->doItemsLayout(); }, Qt::QueuedConnection);
        }
        return false;
    }
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QSize usual(QStyledItemDelegate::sizeHint(option, index).width(), kRowHeight);
        if (!index.data(kProse).toBool()) return usual;
        int depth = 1;
        for (QModelIndex above = index.parent(); above.isValid(); above = above.parent())
            ++depth;
        const int room = m_table.viewport()->width() - depth * m_table.indentation() - kAroundWords;
        const QVariant own = index.data(Qt::FontRole);
        const QFontMetrics metrics = own.isValid() ? QFontMetrics(own.value<QFont>()) : option.fontMetrics;
        const QRect words = metrics.boundingRect(QRect(0, 0, std::max(room, 80), 10000), Qt::TextWordWrap,
                                                 index.data().toString());
        return {0, std::max(kRowHeight, words.height() + 6)};
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        if (index.data(kProse).toBool()) option->features |= QStyleOptionViewItem::WrapText;
    }

private:
    static constexpr int kAroundWords = 14;
    QTreeWidget& m_table;
    int m_width = 0;
};

} // namespace

struct ResultsPanel::Impl {
    Session& session;
    const Theme& theme;
    QTreeWidget* table = nullptr;
    QLabel* invitation = nullptr;
    QPushButton* simulate = nullptr;
    QPushButton* cancel = nullptr;
    QProgressBar* progress = nullptr;
    ui::ElidedLabel* progressWords = nullptr;
    BarList* errors = nullptr;
    BarList* waterfall = nullptr;
    BarList* lengths = nullptr;
    BarList* cost = nullptr;
    QWidget* side = nullptr;
    QPushButton* figures = nullptr; // where both find no room: one of them
    QPushButton* charts = nullptr;
    bool narrow = false;
    int panelWidth = 0;
    bool yearsFirst = false; // what was computed last stands above

    QWidget* makeBar(QWidget* parent);
    void share(int width);
    void showParts();
    QWidget* makeSide(QWidget* parent);
    void makeTable(QWidget* parent);
    void refill();
    QString runTitle(const SimulationResult& run) const;
    void followProgress(double share, const QString& words);
    QTreeWidgetItem* addProse(QTreeWidgetItem* below, const QString& words, Tone tone) const;
    void addResult(const QString& title, const SimulationResult& result, bool stale);
    QTreeWidgetItem* addSection(QTreeWidgetItem* below, const QString& title) const;
};

QWidget* ResultsPanel::Impl::makeBar(QWidget* parent) {
    auto* bar = new QWidget(parent);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    simulate = ui::button(theme, tr("Simulate years"), "plain", bar);
    simulate->setObjectName(QStringLiteral("simulate-years"));
    simulate->setToolTip(
        tr("Failures and repairs over many years, until the availability is known to a few percent"));
    cancel = ui::button(theme, tr("Stop"), "plain", bar);
    cancel->setToolTip(tr("Keeps what was reached so far"));
    progress = new QProgressBar(bar);
    progress->setRange(0, 1000);
    progress->setTextVisible(false);
    progress->setFixedSize(160, 6);
    progressWords = new ui::ElidedLabel(bar);
    progressWords->setProperty("tone", "secondary");
    progressWords->setFont(theme.font(Type::secondary));
    const auto mode = [&](const QString& words, const char* name) {
        QPushButton* button = ui::button(theme, words, "mode", bar);
        button->setObjectName(QLatin1String(name));
        button->setCheckable(true);
        button->setAutoExclusive(true);
        button->hide();
        row->addWidget(button);
        return button;
    };
    figures = mode(tr("Figures"), "results-figures");
    charts = mode(tr("Charts"), "results-charts");
    figures->setChecked(true);
    QObject::connect(charts, &QPushButton::toggled, parent, [this] { showParts(); });
    row->addWidget(simulate);
    row->addWidget(cancel);
    row->addWidget(progress);
    row->addWidget(progressWords, 1);
    row->addSpacerItem(new QSpacerItem(0, 0, QSizePolicy::Expanding)); // where it is hidden
    return bar;
}

void ResultsPanel::Impl::makeTable(QWidget* parent) {
    table = new QTreeWidget(parent);
    table->setObjectName(QStringLiteral("results-table"));
    table->setAccessibleName(tr("Figures"));
    table->setColumnCount(columns);
    table->setHeaderLabels({tr("Figure"), tr("Value"), tr("95 % interval"), tr("Tag"), tr("Samples")});
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setIndentation(12);
    table->setFont(theme.font(Type::control));
    table->setItemDelegate(new RowDelegate(table));
    table->setTextElideMode(Qt::ElideMiddle); // which figure of a thing is told at the end: "mean", "p95"
    table->setFocusPolicy(Qt::StrongFocus);
    table->header()->setFont(theme.font(Type::small, QFont::Medium));
    table->header()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->header()->setStretchLastSection(false);
    table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->header()->setSectionResizeMode(nameColumn, QHeaderView::Stretch);
    for (int column = valueColumn; column < columns; ++column)
        if (column != tagColumn)
            table->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
}

QWidget* ResultsPanel::Impl::makeSide(QWidget* parent) {
    auto* scroll = new QScrollArea(parent);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setMinimumWidth(kLeastSide);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* inner = new QWidget(scroll);
    inner->setProperty("plane", "surface");
    inner->setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(10, 0, 4, 0);
    column->setSpacing(10);
    errors = new BarList(theme, tr("Failed requests"), Tone::bad, inner);
    waterfall = new BarList(theme, tr("Downtime by cause"), Tone::warn, inner);
    lengths = new BarList(theme, tr("How long outages last"), Tone::warn, inner);
    lengths->setMostRows(16);
    cost = new BarList(theme, tr("Cost per month"), Tone::accent, inner);
    for (BarList* list : {errors, waterfall, lengths, cost})
        column->addWidget(list);
    column->addStretch();
    scroll->setWidget(inner);
    return scroll;
}

ResultsPanel::ResultsPanel(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m(new Impl{session, theme}) {
    setProperty("plane", "surface");
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 8, 18, 8);
    column->setSpacing(8);
    column->addWidget(m->makeBar(this));
    auto* row = new QHBoxLayout;
    row->setSpacing(kBetween);
    m->makeTable(this);
    m->invitation = new QLabel(tr("Press Run for one scenario, or simulate years for "
                                  "availability. Figures appear here with their interval, "
                                  "their tag and the samples behind them."),
                               this);
    m->invitation->setProperty("tone", "secondary");
    m->invitation->setWordWrap(true);
    m->invitation->setAlignment(Qt::AlignCenter);
    row->addWidget(m->table, kTableShare);
    row->addWidget(m->invitation, kTableShare);
    m->side = m->makeSide(this);
    row->addWidget(m->side, kSideShare);
    column->addLayout(row, 1);

    connect(m->simulate, &QPushButton::clicked, &session, &Session::startAvailabilityRun);
    connect(m->cancel, &QPushButton::clicked, &session, &Session::cancelAvailabilityRun);
    connect(&session, &Session::availabilityProgress, this,
            [this](double share, const QString& words) { m->followProgress(share, words); });
    connect(&session, &Session::availabilityResultChanged, this, [this] {
        m->yearsFirst = m->session.availabilityResult() != nullptr;
        m->refill();
    });
    connect(&session, &Session::runResultChanged, this, [this] {
        if (m->session.runState() != Session::RunState::idle) m->yearsFirst = false;
        m->refill();
    });
    connect(&session, &Session::runStateChanged, this, [this] { m->refill(); });
    connect(&session, &Session::reportChanged, this, [this] { m->refill(); });
    connect(&session, &Session::documentReplaced, this, [this] { m->refill(); });
    connect(&theme, &Theme::changed, this, [this] { m->refill(); });
    m->refill();
}

ResultsPanel::~ResultsPanel() = default;

void ResultsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m->share(width());
}

// Long names are read before samples are.
void ResultsPanel::Impl::share(int width) {
    panelWidth = width;
    table->setColumnHidden(samplesColumn, width < kAllColumns);
    showParts();
}

void ResultsPanel::Impl::showParts() {
    const bool any = session.runResult() || session.availabilityResult();
    const bool bars = !errors->isEmpty() || !waterfall->isEmpty() || !lengths->isEmpty() || !cost->isEmpty();
    int others = 0;
    for (int column = valueColumn; column < columns; ++column)
        others += table->columnWidth(column); // 0 when hidden
    // Of the width left the table gets its share beside the bars.
    const int room = panelWidth - kAround - kBetween;
    const int beside = std::min(room - kLeastSide, room * kTableShare / (kTableShare + kSideShare));
    narrow = panelWidth < kBothFit || (bars && kLeastName + others > beside);
    const bool choice = narrow && any && bars;
    figures->setVisible(choice);
    charts->setVisible(choice);
    const bool chartsOnly = choice && charts->isChecked();
    table->setVisible(any && !chartsOnly);
    // Rather a table to scroll sideways than names of which nothing is left.
    table->header()->setSectionResizeMode(nameColumn, narrow ? QHeaderView::Fixed : QHeaderView::Stretch);
    if (narrow)
        table->header()->resizeSection(nameColumn, std::max(kShortName, panelWidth - kAround - others));
    invitation->setVisible(!any);
    side->setVisible(bars && (!narrow || chartsOnly));
    progress->setFixedWidth(narrow ? 72 : 160); // the words say more
    progressWords->setVisible(!choice || session.availabilityRunning());
}

void ResultsPanel::Impl::followProgress(double share, const QString& words) {
    const bool running = session.availabilityRunning();
    simulate->setVisible(!running);
    cancel->setVisible(running);
    progress->setVisible(running);
    progress->setValue(int(std::lround(share * 1000)));
    progressWords->setFullText(
        running ? words : tr("Failures and repairs until the availability is known to a few percent"));
    showParts();
}

QTreeWidgetItem* ResultsPanel::Impl::addSection(QTreeWidgetItem* below, const QString& title) const {
    auto* section = below ? new QTreeWidgetItem(below) : new QTreeWidgetItem(table);
    section->setText(nameColumn, title);
    section->setFont(nameColumn, theme.font(below ? Type::control : Type::body, QFont::DemiBold));
    section->setFirstColumnSpanned(true);
    section->setExpanded(true);
    return section;
}

QTreeWidgetItem* ResultsPanel::Impl::addProse(QTreeWidgetItem* below, const QString& words, Tone tone) const {
    auto* item = new QTreeWidgetItem(below, {words});
    item->setFirstColumnSpanned(true);
    item->setData(nameColumn, kProse, true);
    item->setForeground(nameColumn, theme.color(tone));
    return item;
}

void ResultsPanel::Impl::addResult(const QString& title, const SimulationResult& result, bool stale) {
    QTreeWidgetItem* top = addSection(nullptr, title);
    QStringList remarks;
    if (stale) remarks << tr("of an earlier version of the design");
    if (result.partial) remarks << tr("partial: %1").arg(QString::fromStdString(result.partialReason));
    if (result.precision && !result.precision->met)
        remarks << tr("the unavailability of the design is %1")
                       .arg(QString::fromStdString(describe(*result.precision)));
    if (!remarks.isEmpty()) {
        top->setText(nameColumn, title + tr("  (%1)").arg(remarks.join(QStringLiteral("; "))));
        top->setForeground(nameColumn, theme.color(Tone::warn));
        top->setData(nameColumn, kProse, true);
    }
    QTreeWidgetItem* section = nullptr;
    for (const FigureRow& row : figureRows(session.design(), result)) {
        if (!section || section->text(nameColumn) != row.section) {
            section = addSection(top, row.section);
            section->setExpanded(!row.folded);
        }
        if (row.prose) {
            addProse(section, row.name, Tone::faint);
            continue;
        }
        auto* item = new QTreeWidgetItem(section, {row.name, row.value, row.interval, row.tag, row.samples});
        for (const int column : {int(valueColumn), int(intervalColumn), int(samplesColumn)})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(nameColumn, theme.color(Tone::secondary));
        item->setForeground(intervalColumn, theme.color(Tone::secondary));
        item->setForeground(tagColumn, theme.color(Tone::faint));
        item->setForeground(samplesColumn, theme.color(Tone::faint));
        if (row.value == QLatin1String("missed")) item->setForeground(valueColumn, theme.color(Tone::bad));
        if (row.value == QLatin1String("met")) item->setForeground(valueColumn, theme.color(Tone::ok));
        for (int column = 0; column < columns; ++column)
            if (!row.note.isEmpty()) item->setToolTip(column, row.note.toHtmlEscaped());
        if (row.note.isEmpty()) item->setToolTip(nameColumn, row.name.toHtmlEscaped());
    }
    if (!result.assumptions.empty()) {
        section = addSection(top, tr("Not modelled or assumed"));
        for (const std::string& sentence : result.assumptions)
            addProse(section, QString::fromStdString(sentence), Tone::secondary);
    }
    const QString bottom =
        tr("seed %1 · engine %2 · prices %3 · fingerprint %4")
            .arg(result.seed)
            .arg(QString::fromStdString(result.engineVersion), QString::fromStdString(result.priceBook),
                 QString::fromStdString(result.fingerprint));
    QTreeWidgetItem* made = addProse(top, bottom, Tone::faint);
    made->setToolTip(nameColumn, QString::fromStdString(result.reproduce).toHtmlEscaped());
}

// The figures are those of all of it, wherever the playhead is.
QString ResultsPanel::Impl::runTitle(const SimulationResult& run) const {
    const Scenario* scenario = session.design().scenarios.find(run.scenario);
    QStringList parts{
        tr("Scenario: %1").arg(scenario ? QString::fromStdString(scenario->displayName()) : tr("Live"))};
    if (scenario && session.hasLiveEvents()) parts << tr("with what was done live");
    parts << tr("the whole scenario as it stands, to %1 s").arg(run.simulatedSeconds, 0, 'f', 0);
    if (const std::optional<double> stopped = session.stoppedAtS())
        parts << tr("stopped at %1 s").arg(*stopped, 0, 'f', 1);
    return parts.join(QStringLiteral(" · "));
}

void ResultsPanel::Impl::refill() {
    const std::shared_ptr<const SimulationResult> run = session.runResult(),
                                                  years = session.availabilityResult();
    const std::shared_ptr<const CheckReport> report = session.lastReport();
    const auto stale = [&](const SimulationResult& result) {
        return report && !session.reportIsStale() && !result.designHash.empty() &&
               result.designHash != report->designHash;
    };
    table->clear();
    const auto addYears = [&] {
        addResult(tr("Long run: %1 years").arg(yearsOf(*years)), *years, stale(*years));
    };
    if (years && yearsFirst) addYears();
    if (run) addResult(runTitle(*run), *run, session.runIsOutdated());
    if (years && !yearsFirst) addYears();
    table->scrollToTop();
    // Beside the table each says for itself what it is of.
    const auto of = [](const QString& words, bool old) {
        return old ? words + QStringLiteral(" · ") + tr("of an earlier version") : words;
    };
    const bool oldYears = years && stale(*years);
    errors->setRows(run ? errorBars(*run) : std::vector<BarRow>(),
                    of(tr("in this scenario"), session.runIsOutdated()),
                    [](double count) { return grouped(static_cast<std::uint64_t>(count)); });
    waterfall->setRows(years ? waterfallBars(*years) : std::vector<BarRow>(), of(tr("simulated"), oldYears),
                       downtimeText);
    lengths->setRows(years ? outageBars(*years) : std::vector<BarRow>(),
                     of(tr("share of outages"), oldYears));
    const Cost* bill = report ? &report->cost : nullptr;
    cost->setRows(
        bill ? costBars(session.design(), *bill) : std::vector<BarRow>(),
        bill ? tr("%1 · price book %2")
                   .arg(bill->atLeast ? tr("at least") : tr("exact"), QString::fromStdString(bill->priceBook))
             : QString(),
        [](double usd) { return QString::fromStdString(formatMoney(Money(usd))); });
    followProgress(0, {});
}

} // namespace alwayson::gui
