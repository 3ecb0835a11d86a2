// A run made by hand, shown on the canvas: states, words, loads, views, flows and outages follow its frames.

#include "app/gui/canvas/bubble_item.h"
#include "app/gui/canvas/domain_item.h"
#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/playback.h"
#include "app/gui/canvas/words.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestCanvasPlayback : public QObject {
    Q_OBJECT

    static Trace traceOf(const Design& design, int frames) {
        Trace trace;
        trace.stepS = 0.1;
        for (const Node& node : design.nodes)
            trace.nodes.push_back(node.id.str());
        for (const Link& link : design.links)
            trace.links.push_back(link.id.str());
        for (int i = 0; i < frames; ++i) {
            Frame frame;
            frame.atS = i * trace.stepS;
            frame.nodes.resize(trace.nodes.size());
            // users 0, lb 1, web1 2, web2 3; links users-lb 0, lb-web 1
            frame.nodes[2].requestsPerS = frame.nodes[3].requestsPerS = 200;
            frame.nodes[2].busyShare = frame.nodes[3].busyShare = 0.4f;
            frame.links = {{0, 0, 1, 400, 0}, {1, 1, 2, 200, 0}, {1, 1, 3, 200, 0}};
            trace.frames.push_back(frame);
        }
        return trace;
    }

private slots:
    void framesShowOnCardsLinksAndBubbles() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 100);
        for (int i = 50; i < 100; ++i) {
            NodeFrame& web2 = trace.frames[i].nodes[3];
            web2 = {};
            web2.state = NodeState::down;
            web2.mode = "crash";
            web2.sinceS = 5;
            trace.frames[i].nodes[2].busyShare = 0.8f;
            trace.frames[i].links[2].failedPerS = 200;
            if (i >= 70) trace.frames[i].views = {{1, 3, true, 2, 3, 0, 2}};
        }
        const SimulationResult result;
        const CanvasScene& scene = canvas.view.canvasScene();

        playback.show(result, trace, trace.frames[40]);
        QCOMPARE(scene.node("web2")->content().state, CardState::ok);
        QCOMPARE(scene.node("web2")->content().fact, QStringLiteral("200/s"));
        QVERIFY(qAbs(scene.node("web1")->content().load - 0.4) < 0.01);
        QVERIFY(scene.link("lb-web")->hasTraffic());
        QVERIFY(!scene.bubble("web2"));

        playback.show(result, trace, trace.frames[91]);
        QCOMPARE(scene.node("web2")->content().state, CardState::down);
        QCOMPARE(scene.node("web2")->content().fact, QStringLiteral("crashed 4.1 s ago"));
        QCOMPARE(scene.node("web1")->content().state, CardState::warn);
        QVERIFY(scene.bubble("web2"));
        QCOMPARE(scene.bubble("web2")->text(), QStringLiteral("lb sees: check 2 of 3 failed"));
        double failing = 0;
        for (const Strand& strand : scene.link("lb-web")->strands())
            if (strand.to == "web2") failing = strand.failedPerSecond;
        QCOMPARE(failing, 200.0);

        // Back in time, and the end of it.
        playback.show(result, trace, trace.frames[40]);
        QCOMPARE(scene.node("web2")->content().state, CardState::ok);
        QVERIFY(!scene.bubble("web2"));
        playback.clear();
        QVERIFY(!scene.link("lb-web")->hasTraffic());
        QCOMPARE(scene.node("web1")->content().fact, QStringLiteral("8 workers · 12 ms"));
    }

    void refusedAttemptsAreNotCalledFailedRequests() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 100);
        for (int i = 50; i < 100; ++i) {
            trace.frames[i].nodes[3].state = NodeState::down;
            trace.frames[i].nodes[3].mode = "crash";
            trace.frames[i].links = {
                {0, 0, 1, 400, 0}, {1, 1, 2, 400, 0}, {1, 1, 3, 200, 200, AttemptFailure::refused}};
        }
        const auto told = [&](const Trace& shown) {
            playback.show({}, shown, shown.frames[90]);
            for (const Strand& strand : canvas.view.canvasScene().link("lb-web")->strands())
                if (strand.to == "web2") return canvas.view.canvasScene().link("lb-web")->troubleOf(strand);
            return QStringList();
        };
        QCOMPARE(told(trace), (QStringList{"200/s attempts", "refused", "retried elsewhere"}));
        // The balancer itself answers with errors: nothing was saved.
        Trace lost = trace;
        for (int i = 50; i < 100; ++i)
            lost.frames[i].nodes[1].failedPerS = 200;
        QCOMPARE(told(lost), (QStringList{"200/s attempts", "refused"}));
        for (int i = 50; i < 100; ++i)
            lost.frames[i].links[2].failure = AttemptFailure::noAnswer;
        QCOMPARE(told(lost), (QStringList{"200/s attempts", "timed out"}));
        // Named by what happened to the attempts, whatever became of the node since they began.
        for (int i = 50; i < 100; ++i)
            lost.frames[i].links[2].failure = AttemptFailure::noConnection;
        QCOMPARE(told(lost), (QStringList{"200/s attempts", "without a connection in time"}));
    }

    void aBadVersionDoesNotLookHealthy() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 100);
        for (int i = 50; i < 100; ++i) {
            trace.frames[i].nodes[2].failedPerS = 8; // of 200
            trace.frames[i].nodes[3].failedPerS = 200;
            trace.frames[i].nodes[3].badShare = 1;
        }
        const CanvasScene& scene = canvas.view.canvasScene();
        playback.show({}, trace, trace.frames[90]);
        const CardContent bad = scene.node("web2")->content();
        QVERIFY(bad.state == CardState::fault);
        QCOMPARE(bad.badge, QStringLiteral("bad version"));
        QCOMPARE(bad.fact, QStringLiteral("200/s · 200/s fail"));
        QVERIFY(scene.describe("web2").contains(QStringLiteral("100 % of its answers are errors")));
        QVERIFY(scene.node("web1")->content().state == CardState::ok);
        // A tenth of the requests fails, for whatever reason.
        for (int i = 50; i < 100; ++i)
            trace.frames[i].nodes[2].failedPerS = 20;
        playback.show({}, trace, trace.frames[90]);
        QVERIFY(scene.node("web1")->content().state == CardState::warn);
    }

    void aLinkTellsTheShareThatFails() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 100);
        for (int i = 0; i < 100; ++i)
            trace.frames[i].links = {{0, 0, 1, 880, 158}, {1, 1, 2, 400, 0}, {1, 1, 3, 200, 0}};
        playback.show({}, trace, trace.frames[90]);
        const LinkItem* link = canvas.view.canvasScene().link("users-lb");
        QCOMPARE(link->troubleOf(link->strands().front()), (QStringList{"158/s attempts", "fail (18 %)"}));
        // Most of the line is as blue as where nothing fails.
        const auto redShare = [&] {
            const QImage picture = canvas.view.grab().toImage();
            const QRectF path = link->strands().front().route.path.boundingRect();
            int red = 0, all = 0;
            for (double x = path.left() + 2; x < path.right() - 2; x += 0.5) {
                const QPoint at = canvas.at(x, path.center().y());
                const QColor color = picture.pixelColor(at);
                if (qGray(color.rgb()) > 200) continue; // the label
                ++all;
                red += color.red() > color.blue() ? 1 : 0;
            }
            return all > 10 ? double(red) / all : -1;
        };
        QVERIFY2(redShare() > 0.02 && redShare() < 0.5, qPrintable(QString::number(redShare())));
        for (int i = 0; i < 100; ++i)
            trace.frames[i].links[0].failedPerS = 880;
        playback.show({}, trace, trace.frames[90]);
        QVERIFY2(redShare() > 0.9, qPrintable(QString::number(redShare())));
    }

    void theTabOfAPoolTellsWhatIsNow() {
        CanvasFixture canvas;
        QTRY_VERIFY(canvas.session.report());
        const CanvasScene& scene = canvas.view.canvasScene();
        const QString atRest = scene.group("web")->tabText();
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 100);
        for (int i = 50; i < 100; ++i) {
            trace.frames[i].nodes[3].state = NodeState::down;
            trace.frames[i].nodes[2].busyShare = 0.66f;
        }
        playback.show({}, trace, trace.frames[40]);
        QCOMPARE(scene.group("web")->tabText(), QStringLiteral("web · 2 of 2 work, busiest 40 %"));
        playback.show({}, trace, trace.frames[90]);
        QCOMPARE(scene.group("web")->tabText(), QStringLiteral("web · 1 of 2 work, busiest 65 %"));
        playback.clear();
        QCOMPARE(scene.group("web")->tabText(), atRest);
    }

    void observersAreNamed() {
        QCOMPARE(words::seen({{"lb1", "down"}}), QStringLiteral("lb1 sees: down"));
        QCOMPARE(words::seen({{"lb1", "down"}, {"lb2", "down"}}), QStringLiteral("lb1, lb2 see: down"));
        QCOMPARE(words::seen({{"lb1", "down"}, {"lb2", "check 2 of 3 failed"}}),
                 QStringLiteral("lb1 sees: down\nlb2 sees: check 2 of 3 failed"));
        QCOMPARE(words::seen({{"a", "down"}, {"b", "down"}, {"c", "down"}, {"d", "down"}, {"e", "still up"}}),
                 QStringLiteral("a, b, c and 1 more see: down\ne sees: still up"));
    }

    void aWeakSpotStaysMarkedWhileRunning() {
        CanvasFixture canvas;
        QTRY_VERIFY(canvas.session.report());
        QVERIFY(canvas.view.canvasScene().node("lb")->content().weak);
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        const Trace trace = traceOf(canvas.design(), 20);
        playback.show({}, trace, trace.frames[10]);
        QVERIFY(canvas.view.canvasScene().node("lb")->content().weak);
        QCOMPARE(canvas.view.canvasScene().node("lb")->content().state, CardState::ok);
        QVERIFY(canvas.view.canvasScene().describe("lb").contains("single point of failure"));
    }

    void onlyWhatChangedIsPainted() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 30);
        const SimulationResult result;
        playback.show(result, trace, trace.frames[10]);
        const int web1 = canvas.view.canvasScene().node("web1")->updates(),
                  link = canvas.view.canvasScene().link("lb-web")->updates();
        trace.frames[11].nodes[3].state = NodeState::slow;
        const int web2 = canvas.view.canvasScene().node("web2")->updates();
        playback.show(result, trace, trace.frames[11]);
        QCOMPARE(canvas.view.canvasScene().node("web1")->updates(), web1);
        QCOMPARE(canvas.view.canvasScene().link("lb-web")->updates(), link);
        QCOMPARE(canvas.view.canvasScene().node("web2")->updates(), web2 + 1);
    }

    void outageHatchesThePlace() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        const Trace trace = traceOf(canvas.design(), 100);
        SimulationResult result;
        result.events = {{2, "failed", "b", "", "b: outage"}, {6, "repaired", "b", "", ""}};
        playback.show(result, trace, trace.frames[10]);
        QVERIFY(!canvas.view.canvasScene().domain("b")->inOutage());
        playback.show(result, trace, trace.frames[40]);
        QVERIFY(canvas.view.canvasScene().domain("b")->inOutage());
        QVERIFY(!canvas.view.canvasScene().domain("a")->inOutage());
        playback.show(result, trace, trace.frames[80]);
        QVERIFY(!canvas.view.canvasScene().domain("b")->inOutage());
    }

    void framesOfThingsThatAreGoneAreIgnored() {
        CanvasFixture canvas;
        PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
        Trace trace = traceOf(canvas.design(), 2);
        trace.frames[1].views = {{90, 3, true, 1, 3, 0, 2}, {1, 90, true, 1, 3, 0, 2}};
        trace.frames[1].links.push_back({50, 0, 1, 1, 0});
        canvas.session.apply(operation::removeAll(canvas.design(), {"web2"}));
        playback.show({}, trace, trace.frames[1]);
        QVERIFY(!canvas.view.canvasScene().node("web2"));
        QCOMPARE(canvas.view.canvasScene().node("web1")->content().fact, QStringLiteral("200/s"));
    }
};

ALWAYSON_TEST_MAIN(TestCanvasPlayback, test_canvas_playback)
#include "test_canvas_playback.moc"
