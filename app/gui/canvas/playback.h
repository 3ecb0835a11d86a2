#pragma once
// Shows the recorded run on the canvas at the session's play time, and moves the dots on links while it
// plays.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace alwayson {
struct Frame;
struct SimulationResult;
struct Trace;
} // namespace alwayson

namespace alwayson::gui {

class CanvasScene;
class Session;
class Theme;

class PlaybackAnimator : public QObject {
    Q_OBJECT
public:
    // Dots move at most at this rate, and not at all above so many curves.
    static constexpr int kFrameMs = 33;
    static constexpr std::size_t kMostMovingCurves = 60;

    PlaybackAnimator(Session& session, const Theme& theme, CanvasScene& scene, QObject* parent = nullptr);

    // Shows one frame of a trace; for the session's own frames and for tests with a trace made by hand.
    void show(const SimulationResult& result, const Trace& trace, const Frame& frame);
    void clear();
    bool animating() const { return m_timer.isActive(); }

private:
    void follow();
    void followState();
    void tick();
    void showNodes(const SimulationResult& result, const Trace& trace, const Frame& frame);
    void showGroups(const Trace& trace, const Frame& frame);
    void showLinks(const Trace& trace, const Frame& frame);
    void showViews(const Trace& trace, const Frame& frame);
    void showStreams(const Trace& trace, const Frame& frame);
    void showOutages(const SimulationResult& result, double atS);
    // Steps that are over at the time of the frame: single ones are short and their counts jump about, so
    // rates and loads are means of these.
    static std::span<const Frame> lastSecond(const Trace& trace, const Frame& frame);

    Session& m_session;
    const Theme& m_theme;
    CanvasScene& m_scene;
    QTimer m_timer;
    QElapsedTimer m_sinceTick;
    bool m_shown = false;
    std::vector<std::string> m_spoken; // nodes with a bubble
};

} // namespace alwayson::gui
