#include "app/gui/session/session.h"

#include "app/gui/session/apply_command.h"
#include "app/gui/session/live_scenario.h"
#include "app/gui/session/run_player.h"
#include "app/gui/session/run_worker.h"
#include "app/gui/session/verdict_worker.h"
#include "core/catalogue/catalogue.h"

#include <QFile>
#include <QFileInfo>
#include <QTimer>

namespace alwayson::gui {

namespace {

std::filesystem::path pathOf(const QString& text) {
    return std::filesystem::path(QFile::encodeName(text).toStdString());
}

QString sentence(const Error& error) {
    QString text = QString::fromStdString(describe(error));
    if (!error.cure.empty() && !text.contains(QString::fromStdString(error.cure)))
        text += QLatin1Char(' ') + QString::fromStdString(error.cure);
    return text;
}

} // namespace

struct Session::Impl {
    explicit Impl(Session* session)
        : undo(session), player(session), availability(session), verdict(session), latencyWorker(session) {}

    Document document;
    QUndoStack undo;
    int gestures = 0;
    bool applying = false;
    QString path;
    QStringList selection;

    std::uint64_t resultsRevision = 0; // counts changes that engines care about
    std::shared_ptr<const CheckReport> lastReport;
    std::uint64_t reportRevision = 0;

    RunPlayer player;
    bool liveKept = false; // the live events are a scenario of the design by now
    bool outdated = false; // the design has changed since the run was stopped
    bool keeping = false;  // they are becoming one, which changes nothing for the run
    RunWorker availability;
    std::uint64_t availabilityTicket = 0;
    std::shared_ptr<const SimulationResult> availabilityResult;
    QTimer availabilityTimer;
    VerdictWorker verdict;

    RunWorker latencyWorker;
    std::uint64_t latencyTicket = 0;
    int latencyStage = 0;
    Estimate latency;
    QString latencyRefusal;
};

Session::Session(QObject* parent) : QObject(parent), m(std::make_unique<Impl>(this)) {
    connect(&m->undo, &QUndoStack::cleanChanged, this, &Session::fileStateChanged);
    connect(&m->verdict, &VerdictWorker::finished, this,
            [this](std::uint64_t revision, std::shared_ptr<const CheckReport> report) {
                if (revision < m->reportRevision) return;
                m->lastReport = std::move(report);
                m->reportRevision = revision;
                if (!reportIsStale()) refineLatency(0);
                emit reportChanged();
            });
    connect(&m->verdict, &VerdictWorker::failed, this,
            [this](std::uint64_t revision, const QString& message) {
                if (revision == m->resultsRevision)
                    emit errorRaised(tr("The design could not be checked"), message);
            });
    connect(&m->player, &RunPlayer::stateChanged, this, &Session::runStateChanged);
    connect(&m->player, &RunPlayer::timeChanged, this, &Session::playTimeChanged);
    connect(&m->player, &RunPlayer::resultChanged, this, &Session::runResultChanged);
    connect(&m->player, &RunPlayer::failed, this,
            [this](const QString& message) { emit errorRaised(tr("The run stopped"), message); });
    connect(&m->availability, &RunWorker::finished, this,
            [this](std::uint64_t ticket, std::shared_ptr<const SimulationResult> result) {
                if (ticket != m->availabilityTicket) return;
                endAvailabilityRun();
                m->availabilityResult = std::move(result);
                emit availabilityResultChanged();
            });
    connect(&m->availability, &RunWorker::failed, this,
            [this](std::uint64_t ticket, bool cancelled, const QString& message) {
                if (ticket != m->availabilityTicket) return;
                endAvailabilityRun();
                if (!cancelled) emit errorRaised(tr("The availability run stopped"), message);
                emit availabilityResultChanged();
            });
    connect(&m->latencyWorker, &RunWorker::finished, this,
            [this](std::uint64_t ticket, std::shared_ptr<const SimulationResult> result) {
                if (ticket != m->latencyTicket) return;
                m->latencyTicket = 0;
                for (const FlowResult& flow : result->flows)
                    if (flow.flow == "design" || result->flows.size() == 1) m->latency = flow.latencyMs.p99;
                refineLatency(m->latencyStage + 1);
                emit reportChanged();
            });
    connect(&m->latencyWorker, &RunWorker::failed, this,
            [this](std::uint64_t ticket, bool cancelled, const QString& message) {
                if (ticket != m->latencyTicket) return;
                m->latencyTicket = 0;
                if (!cancelled) m->latencyRefusal = message;
                emit reportChanged();
            });
    m->availabilityTimer.setInterval(33);
    connect(&m->availabilityTimer, &QTimer::timeout, this, [this] {
        const verbs::Progress progress = m->availability.progress();
        emit availabilityProgress(progress.share, QString::fromStdString(progress.sentence));
    });
    ++m->resultsRevision;
}

Session::~Session() = default;

// ---- document

const Design& Session::design() const {
    return m->document.design();
}

std::shared_ptr<const Design> Session::snapshot() const {
    return m->document.snapshot();
}

QUndoStack& Session::undoStack() {
    return m->undo;
}

int Session::newGesture() {
    return ++m->gestures;
}

bool Session::apply(const Operation& operation, int gesture) {
    Result<Applied> applied = m->document.apply(operation);
    if (!applied.ok()) {
        emit errorRaised(tr("That change is not possible"), sentence(applied.error()));
        return false;
    }
    const auto again = [this](const Operation& step) {
        Result<Applied> result = m->document.apply(step);
        if (result.ok())
            designHasChanged(result->changes);
        else
            emit errorRaised(tr("The step could not be taken back"), sentence(result.error()));
        return result;
    };
    m->undo.push(new ApplyCommand(operation, applied->inverse, gesture, again));
    designHasChanged(applied->changes);
    return true;
}

void Session::designHasChanged(const ChangeSet& changes) {
    if (!changes.removed.empty()) {
        QStringList left;
        for (const QString& id : m->selection)
            if (design().hasId(id.toStdString())) left << id;
        if (left != m->selection) {
            m->selection = left;
            emit selectionChanged();
        }
    }
    if (changes.affectsResults()) {
        forgetLatency();
        ++m->resultsRevision;
        m->verdict.submit(snapshot(), m->resultsRevision);
        if (m->player.active() && !m->keeping) m->player.record(snapshot());
        const bool parts = !changes.added.empty() || !changes.removed.empty() || !changes.changed.empty();
        if (parts && !m->player.active()) m->outdated = true;
    }
    emit designChanged(changes);
    emit fileStateChanged();
    if (changes.affectsResults()) emit reportChanged();
}

// ---- files

void Session::replaceDocument(Design design, const QString& path) {
    m->player.reset();
    m->player.setSpeed(1);
    cancelAvailabilityRun();
    if (availabilityRunning()) endAvailabilityRun(); // what it still delivers is about the other design
    m->availabilityResult.reset();
    m->document = Document(std::move(design));
    m->undo.clear();
    m->path = path;
    m->selection.clear();
    m->lastReport.reset();
    forgetLatency();
    ++m->resultsRevision;
    m->verdict.submit(snapshot(), m->resultsRevision);
    emit documentReplaced();
    emit selectionChanged();
    emit fileStateChanged();
    emit reportChanged();
    emit availabilityResultChanged();
}

bool Session::newFromTemplate(const QString& templateId) {
    if (templateId.isEmpty()) { // a blank canvas
        Design design;
        design.name = tr("New design").toStdString();
        replaceDocument(std::move(design), {});
        return true;
    }
    Result<Design> design = verbs::newFromTemplate(templateId.toStdString());
    if (!design.ok()) {
        emit errorRaised(tr("The template could not be opened"), sentence(design.error()));
        return false;
    }
    replaceDocument(std::move(design).value(), {});
    return true;
}

bool Session::openFile(const QString& path) {
    Result<verbs::Opened> opened = verbs::open(pathOf(path));
    if (!opened.ok()) {
        emit errorRaised(tr("%1 could not be opened").arg(QFileInfo(path).fileName()),
                         sentence(opened.error()));
        return false;
    }
    replaceDocument(std::move(opened->design), QFileInfo(path).absoluteFilePath());
    if (!opened->warnings.empty()) {
        const QString first = QString::fromStdString(opened->warnings.front().message);
        emit notice(opened->warnings.size() == 1
                        ? first
                        : tr("%1 (and %2 more remarks)").arg(first).arg(opened->warnings.size() - 1));
    }
    return true;
}

bool Session::saveFile(const QString& path) {
    const Status saved = verbs::save(design(), pathOf(path));
    if (!saved.ok()) {
        emit errorRaised(tr("%1 was not saved").arg(QFileInfo(path).fileName()), sentence(saved.error()));
        return false;
    }
    m->path = QFileInfo(path).absoluteFilePath();
    m->undo.setClean();
    emit fileStateChanged();
    emit notice(tr("Saved %1").arg(QFileInfo(path).fileName()));
    return true;
}

QString Session::filePath() const {
    return m->path;
}

bool Session::isModified() const {
    return !m->undo.isClean();
}

// ---- selection

QStringList Session::selection() const {
    return m->selection;
}

void Session::select(const QStringList& ids) {
    QStringList known;
    for (const QString& id : ids)
        if (design().hasId(id.toStdString()) && !known.contains(id)) known << id;
    if (known == m->selection) return;
    m->selection = known;
    emit selectionChanged();
}

// ---- verdict

std::shared_ptr<const CheckReport> Session::report() const {
    return reportIsStale() ? nullptr : m->lastReport;
}

std::shared_ptr<const CheckReport> Session::lastReport() const {
    return m->lastReport;
}

bool Session::reportIsStale() const {
    return m->reportRevision != m->resultsRevision;
}

void Session::refineLatency(int stage) {
    // Work of each stage in seconds: a first figure at once, then a narrower one.
    static constexpr double kBudgets[] = {0.3, 2.5};
    static constexpr double kSimulated[] = {60, 1200};
    if (m->lastReport->latencyP99Ms.value || m->lastReport->flows.empty()) {
        m->latencyWorker.cancel();
        m->latencyTicket = 0;
        return;
    }
    if (stage >= static_cast<int>(std::size(kBudgets))) return;
    verbs::SimulateOptions options;
    options.mode = verbs::Mode::requests;
    options.durationS = kSimulated[stage];
    options.budgetS = kBudgets[stage];
    options.threads = 1; // beside the run that plays
    m->latencyStage = stage;
    m->latencyTicket = m->latencyWorker.start(snapshot(), std::move(options));
}

void Session::forgetLatency() {
    m->latencyWorker.cancel();
    m->latencyTicket = 0;
    m->latency = {};
    m->latencyRefusal.clear();
}

Estimate Session::latencyEstimate() const {
    return m->latency;
}

bool Session::latencyRunning() const {
    return m->latencyTicket != 0;
}

QString Session::latencyRefusal() const {
    return m->latencyRefusal;
}

// ---- run

QString Session::whyNotRun() const {
    if (design().nodes.empty()) return tr("There is nothing to run yet.");
    for (const Node& node : design().nodes) {
        if (!hasRole(node, "client")) continue;
        bool calls = false;
        for (const Link& link : design().links)
            calls = calls || link.from == node.id.str();
        if (!calls)
            return tr("%1 calls nothing: link it to a load balancer or a server.")
                .arg(QString::fromStdString(node.displayName()));
    }
    return m->latencyRefusal;
}

Session::RunState Session::runState() const {
    return m->player.state();
}

void Session::startRun(const QString& scenarioId) {
    const std::string id = scenarioId.toStdString();
    if (!id.empty() && !design().scenarios.contains(id)) {
        emit errorRaised(tr("The run did not start"),
                         tr("There is no scenario \"%1\" in this design.").arg(scenarioId));
        return;
    }
    m->liveKept = m->outdated = false;
    m->player.start(snapshot(), id);
}

void Session::pauseRun() {
    m->player.pause();
}

void Session::resumeRun() {
    m->player.resume();
}

void Session::stopRun() {
    m->player.stop();
}

void Session::seek(double atS) {
    m->player.seek(atS);
}

void Session::setSpeed(double simSecondsPerSecond) {
    m->player.setSpeed(simSecondsPerSecond);
}

void Session::holdTime(bool held) {
    m->player.hold(held);
}

std::optional<double> Session::stoppedAtS() const {
    return m->player.stoppedAtS();
}

double Session::playTimeS() const {
    return m->player.timeS();
}

double Session::runEndS() const {
    return m->player.endS();
}

double Session::speed() const {
    return m->player.speed();
}

QString Session::runScenario() const {
    return QString::fromStdString(m->player.scenarioId());
}

void Session::kill(const QString& id, const QString& mode) {
    ScenarioEvent event;
    event.action = "fail";
    event.what = id.toStdString();
    event.mode = mode.toStdString();
    cause(std::move(event));
}

void Session::heal(const QString& id) {
    ScenarioEvent event;
    event.action = "repair";
    event.what = id.toStdString();
    cause(std::move(event));
}

QString Session::whyNotCause() const {
    return runState() == RunState::finished
               ? tr("The run has ended. Move the time back to break something in it.")
               : QString();
}

namespace {

// Whether the last of these two kinds of events that happened to it by then is the first one.
bool isOpen(const SimulationResult* result, double atS, const std::string& id, std::string_view begins,
            std::string_view ends) {
    bool open = false;
    if (result == nullptr) return false;
    for (const RunEvent& event : result->events) {
        if (event.atS > atS) break;
        if (event.what != id) continue;
        if (event.kind == begins) open = true;
        if (event.kind == ends) open = false;
    }
    return open;
}

} // namespace

bool Session::isFailed(const std::string& id) const {
    return runState() != RunState::idle && isOpen(runResult().get(), playTimeS(), id, "failed", "repaired");
}

bool Session::isCut(const std::string& id) const {
    return runState() != RunState::idle && isOpen(runResult().get(), playTimeS(), id, "cut", "healed");
}

void Session::cause(ScenarioEvent event) {
    if (const QString why = whyNotCause(); !why.isEmpty()) {
        emit notice(why);
        return;
    }
    const bool fresh = runState() == RunState::idle;
    event.at = Duration::seconds(live::roundedTime(fresh ? 1.0 : m->player.timeS()));
    m->liveKept = m->outdated = false;
    if (fresh) m->player.start(snapshot(), {});
    m->player.addLive(snapshot(), std::move(event));
    emit runStateChanged();
}

bool Session::hasLiveEvents() const {
    return m->player.live() && !m->liveKept;
}

bool Session::runIsOutdated() const {
    return m->outdated;
}

QString Session::liveName() const {
    return m->player.live() ? QString::fromStdString(live::suggestedName(design(), *m->player.live()))
                            : QString();
}

bool Session::keepLiveEvents(const QString& name) {
    if (!m->player.live()) return false;
    const Scenario scenario =
        live::named(design(), live::fitting(design(), *m->player.live()),
                    name.trimmed().isEmpty() ? liveName().toStdString() : name.trimmed().toStdString());
    m->keeping = true;
    const bool kept = apply(operation::batch("Keep " + scenario.name, {operation::insertScenario(scenario)}));
    m->keeping = false;
    if (!kept) return false;
    m->liveKept = true;
    emit runStateChanged();
    emit notice(tr("Kept as the scenario \"%1\": choose it beside Run to see it again")
                    .arg(QString::fromStdString(scenario.name)));
    return true;
}

void Session::clearLiveEvents() {
    m->player.forgetLive(snapshot());
    emit runStateChanged();
}

std::shared_ptr<const SimulationResult> Session::runResult() const {
    return m->player.result();
}

const Frame* Session::currentFrame() const {
    return m->player.frame();
}

// ---- the long-run availability simulation

void Session::startAvailabilityRun() {
    verbs::SimulateOptions options;
    options.mode = verbs::Mode::availability;
    m->availabilityTicket = m->availability.start(snapshot(), options);
    m->availabilityTimer.start();
    emit availabilityProgress(0, tr("Starting"));
}

void Session::cancelAvailabilityRun() {
    m->availability.cancel(); // what was reached arrives as a partial result
}

void Session::endAvailabilityRun() {
    m->availabilityTimer.stop();
    m->availabilityTicket = 0;
    emit availabilityProgress(1, {});
}

bool Session::availabilityRunning() const {
    return m->availabilityTicket != 0;
}

std::shared_ptr<const SimulationResult> Session::availabilityResult() const {
    return m->availabilityResult;
}

} // namespace alwayson::gui
