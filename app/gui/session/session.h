#pragma once
// What the window works on: one document with undo, its selection, the live verdict and the current run.
// Every panel and the canvas talk to this and never to each other. GUI thread only; workers get snapshots.

#include "app/verbs/verbs.h"
#include "core/edit/document.h"
#include "core/results/trace.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QUndoStack>

#include <memory>
#include <optional>

namespace alwayson::gui {

class VerdictWorker;
class RunWorker;

class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // ---- document
    const Design& design() const;
    std::shared_ptr<const Design> snapshot() const;
    QUndoStack& undoStack();
    // Applies through an undo command. On an error nothing changes and errorRaised() is emitted.
    // gesture > 0: commands of the same gesture merge into one undo entry.
    bool apply(const Operation& operation, int gesture = 0);
    int newGesture(); // a fresh gesture number

    // ---- files. All report failures by errorRaised() and keep the open document.
    bool newFromTemplate(const QString& templateId);
    bool openFile(const QString& path);
    bool saveFile(const QString& path);
    QString filePath() const;
    bool isModified() const;

    // ---- selection: ids of nodes, domains, groups and links, in order of selection
    QStringList selection() const;
    void select(const QStringList& ids);

    // ---- verdict: follows every edit; the report is for exactly this design or nullptr while it is being
    // made
    std::shared_ptr<const CheckReport> report() const;
    // The last report, perhaps of an older design.
    std::shared_ptr<const CheckReport> lastReport() const;
    bool reportIsStale() const;
    // p99 in steady state with everything up, simulated in the background where no formula holds; narrows
    // while it runs and comes with reportChanged(). Unknown while the design changes.
    Estimate latencyEstimate() const;
    bool latencyRunning() const;
    QString latencyRefusal() const; // why it cannot be simulated; "" when it can
    // Why neither a scenario nor years can be simulated, as far as known; "" when they can.
    QString whyNotRun() const;

    // ---- run: a traced scenario run, recorded then played
    enum class RunState { idle, running, paused, finished };
    RunState runState() const;
    void startRun(const QString& scenarioId); // "" without one: nothing fails but what kill() does
    void pauseRun();
    void resumeRun();
    void stopRun();                           // what was recorded stays to be read
    std::optional<double> stoppedAtS() const; // where the run that runResult() holds was stopped
    void seek(double atS);
    void setSpeed(double simSecondsPerSecond);
    // The clock of the playback stands still while anything holds it, a menu for example.
    void holdTime(bool held);
    double playTimeS() const;
    double runEndS() const;
    double speed() const;
    QString runScenario() const; // id of the scenario that plays; "" when idle or without one
    // Kill or heal at the play time: an event of this run, not of the design, and the run goes on from there.
    // The next start is without it.
    void kill(const QString& id, const QString& mode);
    void heal(const QString& id);
    void cause(ScenarioEvent event); // of any kind; its time is set here
    QString whyNotCause() const;     // why nothing can be broken now; "" when it can
    // At the play time: broken by itself and not repaired, its network cut and not joined again.
    bool isFailed(const std::string& id) const;
    bool isCut(const std::string& id) const;
    bool hasLiveEvents() const; // that are not kept as a scenario yet
    bool runIsOutdated() const; // the design has changed since the run in runResult() was stopped
    QString liveName() const;   // a name they could be kept under
    bool keepLiveEvents(const QString& name); // as a scenario of the design, one undo step
    void clearLiveEvents();
    // The run that was recorded last, growing while it runs; nullptr when there was none.
    std::shared_ptr<const SimulationResult> runResult() const;
    const Frame* currentFrame() const; // just after what happened up to the play time; nullptr when idle

    // ---- the long-run availability simulation (years), apart from the scenario run
    void startAvailabilityRun();
    void cancelAvailabilityRun();
    bool availabilityRunning() const;
    std::shared_ptr<const SimulationResult> availabilityResult() const;

signals:
    void designChanged(const alwayson::ChangeSet& changes); // after every apply, undo, redo
    void documentReplaced();                                // opened, new
    void fileStateChanged();                                // path or modified flag
    void selectionChanged();
    void reportChanged();
    void runStateChanged();
    void playTimeChanged(); // at most 30 times a second
    void runResultChanged();
    void availabilityProgress(double share, const QString& sentence);
    void availabilityResultChanged();
    void errorRaised(const QString& title, const QString& message); // shown as a banner, never modal
    void notice(const QString& message);                            // short, in the status line

private:
    void designHasChanged(const ChangeSet& changes);
    void replaceDocument(Design design, const QString& path);
    void endAvailabilityRun();
    void refineLatency(int stage);
    void forgetLatency();
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::gui
