// What is done by hand in a run is computed beside the window: menus close and the canvas moves on at once,
// however busy the machine is. Counted in processor time of the window's own thread.

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/window/main_window.h"
#include "tests/app/gui/own_settings.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <ctime>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

double ownMs() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

constexpr int kPatienceMs = 60000;

} // namespace

class TestResponsive : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::keepSettingsIn(m_settings.path()); }

    void whatIsDoneInARunIsComputedBeside() {
        Session session;
        Theme theme;
        MainWindow window(session, theme);
        window.start({});
        session.newFromTemplate(QStringLiteral("e-commerce"));
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(session.runResult() != nullptr, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(session.playTimeS() > 0.5, kPatienceMs);
        ScenarioEvent deploy;
        deploy.action = "deploy";
        deploy.what = "web";
        ScenarioEvent cut;
        cut.action = "isolate";
        cut.what = "eu-b";
        const std::function<void()> deeds[] = {[&] { session.kill(QStringLiteral("db1"), {}); },
                                               [&] { session.cause(cut); }, [&] { session.cause(deploy); }};
        for (const auto& deed : deeds) {
            const auto before = session.runResult();
            double started = ownMs();
            deed();
            const double call = ownMs() - started;
            double longest = 0;
            QElapsedTimer patience;
            patience.start();
            while (session.runResult() == before && patience.elapsed() < kPatienceMs) {
                started = ownMs();
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
                longest = std::max(longest, ownMs() - started);
            }
            QVERIFY(session.runResult() != before);
            QVERIFY2(call < 100, qPrintable(QString::number(call)));
            QVERIFY2(longest < 150, qPrintable(QString::number(longest)));
        }
        session.stopRun();
    }

private:
    QTemporaryDir m_settings;
};

ALWAYSON_TEST_MAIN(TestResponsive, test_responsive)
#include "test_responsive.moc"
