#include "app/gui/run/timeline_panel.h"

#include "app/gui/canvas/words.h"
#include "app/gui/charts/chart_view.h"
#include "app/gui/run/run_marks.h"
#include "app/gui/run/run_series.h"
#include "app/gui/run/run_words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

enum View { latency, errors, load };

// Where the lines themselves tell it, words would only hide them.
std::vector<ChartBand> quiet(std::vector<ChartBand> bands) {
    for (ChartBand& band : bands)
        band.quiet = true;
    return bands;
}

} // namespace

struct TimelinePanel::Impl {
    Session& session;
    const Theme& theme;
    ChartView* chart = nullptr;
    QLabel* sentence = nullptr;
    QLabel* clock = nullptr;
    QButtonGroup* views = nullptr;
    QToolButton* previous = nullptr;
    QToolButton* next = nullptr;
    QPushButton* keep = nullptr;
    int view = latency;
    bool viewChosen = false;    // by a click
    bool designChanged = false; // during this run, by something else than a kill or a heal

    void followDesign(const ChangeSet& changes);

    void refill();
    void followTime();
    void jump(bool forward);
    void askForName(TimelinePanel* panel);
    QWidget* makeBar(TimelinePanel* panel);
};

QWidget* TimelinePanel::Impl::makeBar(TimelinePanel* panel) {
    auto* bar = new QWidget(panel);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    views = new QButtonGroup(bar);
    const std::pair<const char*, QString> names[] = {
        {"latency", tr("Latency")}, {"errors", tr("Errors")}, {"load", tr("Load")}};
    for (int i = 0; i < 3; ++i) {
        auto* button = ui::button(theme, names[i].second, "mode", bar);
        button->setFocusPolicy(Qt::TabFocus); // only another look: the canvas keeps the keys
        button->setObjectName(QStringLiteral("timeline-") + QLatin1String(names[i].first));
        button->setCheckable(true);
        button->setChecked(i == view);
        views->addButton(button, i);
        row->addWidget(button);
    }
    row->addStretch();
    keep = ui::button(theme, tr("Keep as scenario"), "plain", bar);
    keep->setObjectName(QStringLiteral("keep-live"));
    keep->setToolTip(tr("What was killed and healed in this run, as a scenario that can be run again"));
    keep->setFocusPolicy(Qt::TabFocus);
    row->addWidget(keep);
    // Left of the steps, which stay under the mouse whatever the time is.
    clock = new QLabel(bar);
    clock->setProperty("tone", "secondary");
    clock->setFont(theme.font(Type::secondary, QFont::Medium));
    row->addWidget(clock);
    const auto step = [&](const QString& icon, const QString& tip) {
        auto* button = new QToolButton(bar);
        button->setProperty("look", "icon");
        button->setObjectName(QStringLiteral("timeline-") + icon);
        button->setIcon(theme.icon(icon));
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        row->addWidget(button);
        return button;
    };
    previous = step(QStringLiteral("chevron-left"), tr("To the event before"));
    next = step(QStringLiteral("chevron-right"), tr("To the next event"));
    return bar;
}

TimelinePanel::TimelinePanel(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m(new Impl{session, theme}) {
    setProperty("plane", "surface");
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 6, 18, 10);
    column->setSpacing(4);
    column->addWidget(m->makeBar(this));
    m->chart = new ChartView(theme, this);
    m->chart->setObjectName(QStringLiteral("timeline-chart"));
    column->addWidget(m->chart, 1);
    m->sentence = new QLabel(this);
    m->sentence->setTextFormat(Qt::PlainText);
    m->sentence->setProperty("tone", "secondary");
    m->sentence->setFont(theme.font(Type::secondary));
    m->sentence->setObjectName(QStringLiteral("timeline-sentence"));
    column->addWidget(m->sentence);

    connect(m->views, &QButtonGroup::idClicked, this, [this](int id) {
        m->view = id;
        m->viewChosen = true;
        m->refill();
    });
    connect(m->previous, &QToolButton::clicked, this, [this] { m->jump(false); });
    connect(m->next, &QToolButton::clicked, this, [this] { m->jump(true); });
    connect(m->keep, &QPushButton::clicked, this, [this] { m->askForName(this); });
    connect(m->chart, &ChartView::scrubbed, this, [this](double x) { m->session.seek(x); });
    connect(&session, &Session::designChanged, this,
            [this](const ChangeSet& changes) { m->followDesign(changes); });
    connect(&session, &Session::runResultChanged, this, [this] {
        m->refill();
        if (!m->designChanged || !m->session.runResult()) return;
        m->designChanged = false;
        emit m->session.notice(tr("The run was recorded again with the changed design"));
    });
    connect(&session, &Session::runStateChanged, this, [this] { m->refill(); });
    // It tells what stands in the way of a run.
    connect(&session, &Session::reportChanged, this, [this] {
        if (!m->session.runResult()) m->refill();
    });
    connect(&session, &Session::playTimeChanged, this, [this] { m->followTime(); });
    connect(&session, &Session::documentReplaced, this, [this] { m->refill(); });
    m->refill();
}

TimelinePanel::~TimelinePanel() = default;

QString TimelinePanel::sentence() const {
    return m->sentence->text();
}

void TimelinePanel::Impl::refill() {
    const std::shared_ptr<const SimulationResult> result = session.runResult();
    const bool empty = !result;
    chart->setInvitation(
        !empty                           ? QString()
        : session.design().nodes.empty() ? tr("Draw clients and what serves them, then press Run")
        : session.runState() != Session::RunState::idle ? tr("Simulating ...")
        : !session.whyNotRun().isEmpty()
            ? tr("Not ready to run. %1").arg(session.whyNotRun())
            : tr("Press Run to see what happens to the requests, then right-click a server to kill it"));
    for (QAbstractButton* button : views->buttons())
        button->setEnabled(!empty);
    const bool active = session.runState() != Session::RunState::idle;
    previous->setEnabled(!empty && active);
    next->setEnabled(!empty && active);
    keep->setVisible(session.hasLiveEvents());
    if (!active) designChanged = false;
    if (empty) {
        chart->setBands({});
        chart->setSeries({});
        chart->setMarks({});
        chart->setPlayhead(std::nullopt);
        sentence->clear();
        clock->clear();
        return;
    }
    // What one looks for first, until one has chosen.
    if (!viewChosen) {
        view = countsOf(*result, std::nullopt).failed > 0 ? errors : latency;
        views->button(view)->setChecked(true);
    }
    chart->setBands({});
    switch (view) {
    case latency:
        chart->setUnits(QStringLiteral("s"), QStringLiteral("ms"));
        chart->setBands(unservedBands(session.design(), *result));
        chart->setSeries(latencyLines(session.design(), *result));
        break;
    case errors:
        chart->setUnits(QStringLiteral("s"), tr("failed/s"));
        chart->setBands(quiet(unservedBands(session.design(), *result)));
        chart->setSeries(errorSeries(session.design(), *result));
        break;
    case load:
        chart->setUnits(QStringLiteral("s"), QStringLiteral("%"));
        chart->setSeries(loadSeries(session.design(), *result));
        break;
    }
    chart->setMarks(marksOf(session.design(), *result));
    chart->setXRange(0, std::max(1.0, session.runEndS()));
    followTime();
}

void TimelinePanel::Impl::followDesign(const ChangeSet& changes) {
    // Kill and heal are settings (events of a scenario): who breaks something knows what is recorded again.
    const bool parts = !changes.added.empty() || !changes.removed.empty() || !changes.changed.empty();
    if (parts && session.runState() != Session::RunState::idle) designChanged = true;
    if (parts && !session.runResult()) refill(); // the first thing drawn is something to run
    if (parts && session.runIsOutdated()) followTime();
}

void TimelinePanel::Impl::askForName(TimelinePanel* panel) {
    auto* dialog = new QInputDialog(panel);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("keep-name"));
    dialog->setWindowTitle(tr("Keep as scenario"));
    dialog->setLabelText(tr("Name of the scenario"));
    dialog->setTextValue(session.liveName());
    connect(dialog, &QInputDialog::textValueSelected, panel,
            [this](const QString& name) { session.keepLiveEvents(name); });
    dialog->open();
}

void TimelinePanel::Impl::followTime() {
    const std::shared_ptr<const SimulationResult> result = session.runResult();
    if (!result) return;
    const double now = session.playTimeS();
    const bool stopped = session.stoppedAtS().has_value();
    chart->setPlayhead(now, (stopped ? tr("stopped %1 s") : tr("now %1 s")).arg(now, 0, 'f', 1));
    clock->setText((stopped ? tr("stopped at %1 s of %2 s") : tr("%1 s of %2 s"))
                       .arg(now, 0, 'f', 1)
                       .arg(session.runEndS(), 0, 'f', 0));
    QString words = runSentence(session.design(), *result, now);
    if (stopped) words += QStringLiteral(" · ") + tr("stopped at %1 s").arg(now, 0, 'f', 1);
    if (session.runIsOutdated()) words += QStringLiteral(" · ") + tr("of an earlier version of the design");
    if (words != sentence->text()) sentence->setText(words);
}

void TimelinePanel::Impl::jump(bool forward) {
    const std::shared_ptr<const SimulationResult> result = session.runResult();
    if (!result) return;
    const double now = session.playTimeS();
    std::optional<double> to;
    for (const RunEvent& event : result->events) {
        if (isMinor(event)) continue;
        if (forward && event.atS > now + 0.05) {
            to = event.atS;
            break;
        }
        if (!forward && event.atS < now - 0.05) to = event.atS;
    }
    if (to) session.seek(*to);
}

} // namespace alwayson::gui
