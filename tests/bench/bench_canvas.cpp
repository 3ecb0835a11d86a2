// How long the canvas takes to paint while it is panned, zoomed and played: frame times over a grid of
// servers, painted into a raster of 1600 x 1000 without a screen. Prints median and worst in milliseconds.
//   bench_canvas [NODES...]     default 500 2000

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/playback.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/results/trace.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

// n nodes in zones of 50: one balancer before 49 servers, every server linked to the next zone's balancer now
// and then.
Operation design(int n) {
    std::vector<Operation> operations;
    for (int i = 0; i < n; ++i) {
        const int zone = i / 50, inside = i % 50;
        const std::string zoneId = "zone" + std::to_string(zone);
        const double left = (zone % 5) * 1600, top = (zone / 5) * 1300;
        if (inside == 0) {
            Domain domain;
            domain.id = DomainId(zoneId);
            domain.kind = "zone";
            operations.push_back(operation::insertDomain(domain));
            operations.push_back(operation::place(zoneId, {left, top, 1536, 1248}));
        }
        Node node;
        node.id = NodeId("n" + std::to_string(i));
        node.kind = inside == 0 ? "haproxy" : "server";
        node.domain = DomainId(zoneId);
        operations.push_back(operation::insertNode(node));
        operations.push_back(operation::place(
            node.id.str(), {left + 24 + (inside % 7) * 216, top + 48 + (inside / 7) * 144, 0, 0}));
    }
    for (int i = 0; i < n; ++i) {
        if (i % 50 == 0) continue;
        Link link;
        link.id = LinkId("l" + std::to_string(i));
        link.from = "n" + std::to_string(i / 50 * 50);
        link.to = "n" + std::to_string(i);
        operations.push_back(operation::insertLink(link));
    }
    return operation::batch("Bench", std::move(operations));
}

// wholly: the step repaints everything; else only what it marked for painting.
void measure(const char* what, int frames, const std::function<void(int)>& step, QWidget& target,
             bool wholly = true) {
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
        QElapsedTimer timer;
        timer.start();
        step(i);
        if (wholly)
            target.repaint();
        else
            QCoreApplication::processEvents();
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
        QCoreApplication::processEvents();
    }
    std::sort(times.begin(), times.end());
    std::printf("  %-34s median %7.2f ms   worst %7.2f ms\n", what, times[times.size() / 2], times.back());
}

void run(int n) {
    Session session;
    Theme theme;
    CanvasView view(session, theme);
    view.resize(1600, 1000);
    view.show();
    QElapsedTimer timer;
    timer.start();
    session.apply(design(n));
    std::printf("%d nodes: built in %.0f ms\n", n, double(timer.nsecsElapsed()) / 1e6);
    QCoreApplication::processEvents();
    const auto pan = [&](int i) {
        const int way = i / 40 % 2 ? -24 : 24;
        view.horizontalScrollBar()->setValue(view.horizontalScrollBar()->value() + way);
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->value() + way / 2);
    };
    view.zoomTo100();
    view.centerOn(1500, 800);
    measure("pan at 100 %", 120, pan, *view.viewport());
    view.setZoom(0.5, QPointF(800, 500));
    measure("pan at 50 %", 120, pan, *view.viewport());
    view.zoomToFit();
    measure("pan with everything in sight", 120, pan, *view.viewport());
    measure(
        "zoom steps", 60,
        [&](int i) { view.setZoom(view.zoom() * (i / 15 % 2 ? 0.9 : 1.1), QPointF(800, 500)); },
        *view.viewport());

    PlaybackAnimator playback(session, theme, view.canvasScene());
    Trace trace;
    for (const Node& node : session.design().nodes)
        trace.nodes.push_back(node.id.str());
    Frame frame;
    frame.nodes.resize(trace.nodes.size());
    view.zoomTo100();
    view.centerOn(1500, 800);
    measure(
        "playback, 5 % of nodes change", 60,
        [&](int i) {
            frame.atS = i * 0.1;
            for (std::size_t k = std::size_t(i); k < frame.nodes.size(); k += 20)
                frame.nodes[k].requestsPerS = float(100 + i);
            playback.show({}, trace, frame);
        },
        *view.viewport(), false);
}

} // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    std::vector<int> sizes;
    for (int i = 1; i < argc; ++i)
        sizes.push_back(std::max(1, std::atoi(argv[i])));
    if (sizes.empty()) sizes = {500, 2000};
    for (const int n : sizes)
        run(n);
    return 0;
}
