// What the pictures of the guide show, step by step in the real window. With ALWAYSON_PICTURES=FOLDER the
// pictures are written there: scripts/pictures.sh makes those of docs/pictures anew.

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/run/timeline_panel.h"
#include "app/gui/theme/theme.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/main_window.h"
#include "tests/app/gui/own_settings.h"
#include "tests/e2e/gui/journey_support.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QListWidget>
#include <QTabWidget>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

constexpr int kLoads = 30000; // ms: a run or a verdict may take so long on a busy machine

struct Picture {
    Theme theme;
    Session session;
    MainWindow window;

    explicit Picture(ThemeChoice choice) : window(session, dressed(theme, choice)) {}
    static Theme& dressed(Theme& theme, ThemeChoice choice) {
        theme.setChoice(choice);
        theme.applyTo(*qApp);
        return theme;
    }

    bool open(const QString& path) {
        window.start(path);
        window.show();
        window.setFocus();
        if (!QTest::qWaitForWindowExposed(&window)) return false;
        window.resize(1440, 900); // once it is shown: before, it is fitted to the screen
        return true;
    }
    bool verdict() {
        const auto known = [&] {
            return session.report() && session.latencyEstimate().value && !session.latencyRunning();
        };
        return QTest::qWaitFor(known, kLoads);
    }
    // Plays the scenario up to its end and shows it at that time.
    bool run(const QString& scenario, double atS) {
        session.setSpeed(1000);
        session.startRun(scenario);
        const bool played =
            QTest::qWaitFor([&] { return session.runState() == Session::RunState::finished; }, kLoads);
        session.setSpeed(1);
        session.seek(atS);
        session.pauseRun();
        return played;
    }
    void view(const char* name) {
        auto* button = window.findChild<QAbstractButton*>(QStringLiteral("timeline-") + QLatin1String(name));
        QVERIFY(button != nullptr);
        button->click();
    }
    QString sentence() { return window.findChild<TimelinePanel*>()->sentence(); }
    const CardContent& card(const char* id) { return window.canvas().canvasScene().node(id)->content(); }

    // Everything that is on its way is painted; then the picture is taken.
    void take(const QString& name) {
        QTest::qWait(400); // animations of the cards
        const QImage image = window.grab().toImage();
        QCOMPARE(image.size(), QSize(1440, 900));
        const QString folder = qEnvironmentVariable("ALWAYSON_PICTURES");
        if (!folder.isEmpty()) QVERIFY(image.save(QDir(folder).filePath(name + QStringLiteral(".png"))));
    }
};

} // namespace

class TestGuidePictures : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    QString file(const char* templateId, const char* name) {
        Session session;
        const QString path = m_folder.filePath(QLatin1String(name));
        return session.newFromTemplate(QLatin1String(templateId)) && session.saveFile(path) ? path
                                                                                            : QString();
    }
    QString pair() { return file("web-pair", "pair.aon.json"); }
    QString shop() { return file("e-commerce", "shop.aon.json"); }

private slots:
    void initTestCase() { alwayson::test::keepSettingsIn(m_folder.path()); }
    void startPage();
    void webPairLosesAServer_data();
    void webPairLosesAServer();
    void latencyAndExport();
    void aLinkIsRefused();
    void eCommerce();
    void aReplicaMore();
    void aBalancerTakesOver();
    void aDatabaseLosesItsSource();
};

void TestGuidePictures::startPage() {
    Picture p(ThemeChoice::light);
    QVERIFY(p.open({}));
    p.window.actions().at("file.start")->trigger();
    QVERIFY(p.window.startPageShown());
    p.take(QStringLiteral("start-light"));
}

void TestGuidePictures::webPairLosesAServer_data() {
    QTest::addColumn<int>("choice");
    QTest::addColumn<QString>("name");
    QTest::newRow("light") << int(ThemeChoice::light) << QStringLiteral("run-light");
    QTest::newRow("dark") << int(ThemeChoice::dark) << QStringLiteral("run-dark");
}

void TestGuidePictures::webPairLosesAServer() {
    QFETCH(int, choice);
    QFETCH(QString, name);
    const auto wanted = static_cast<ThemeChoice>(choice);
    Picture p(wanted);
    QVERIFY(p.open(pair()));
    QVERIFY(p.verdict());
    p.session.select({QStringLiteral("web2")});
    QVERIFY(p.run(QStringLiteral("kill-web2"), 41.1));
    p.view("latency");
    QCOMPARE(p.card("web2").state, CardState::down);
    QVERIFY2(p.sentence().contains(QStringLiteral("not marked down yet")), qPrintable(p.sentence()));
    p.take(name);
}

void TestGuidePictures::latencyAndExport() {
    Picture p(ThemeChoice::dark);
    QVERIFY(p.open(pair()));
    QVERIFY(p.verdict());
    p.session.select({QStringLiteral("web2")});
    QVERIFY(p.run(QStringLiteral("kill-web2"), 63.9));
    p.view("latency");
    QVERIFY2(p.sentence().contains(QStringLiteral("marks web2 down")), qPrintable(p.sentence()));
    p.take(QStringLiteral("latency-dark"));

    QTabWidget& docks = p.window.docks();
    docks.setCurrentIndex(docks.count() - 1);
    auto* files = p.window.findChild<QListWidget*>(QStringLiteral("export-files"));
    QVERIFY(files != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(!files->findItems(QStringLiteral("haproxy.cfg"), Qt::MatchEndsWith).isEmpty(),
                             kLoads);
    files->setCurrentItem(files->findItems(QStringLiteral("haproxy.cfg"), Qt::MatchEndsWith).constFirst());
    auto* verdict = p.window.findChild<QLabel*>(QStringLiteral("export-verdict"));
    QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("valid")), kLoads);
    p.take(QStringLiteral("export-dark"));
}

void TestGuidePictures::aLinkIsRefused() {
    Picture p(ThemeChoice::light);
    QVERIFY(p.open(pair()));
    QVERIFY(p.verdict());
    p.window.actions().at("tool.connect")->trigger();
    CanvasView& canvas = p.window.canvas();
    const auto at = [&](const char* id) { return viewPoint(canvas, middleOf(p.session, QLatin1String(id))); };
    QTest::mousePress(canvas.viewport(), Qt::LeftButton, Qt::NoModifier, at("web2"));
    QTest::mouseMove(canvas.viewport(), at("web1"));
    QTest::mouseMove(canvas.viewport(), at("shoppers"));
    QTRY_VERIFY(!canvas.linkHint().isEmpty());
    p.take(QStringLiteral("refused-light"));
    QTest::mouseRelease(canvas.viewport(), Qt::LeftButton, Qt::NoModifier, at("shoppers"));
}

void TestGuidePictures::eCommerce() {
    Picture p(ThemeChoice::light);
    QVERIFY(p.open(shop()));
    QVERIFY(p.verdict());
    QCOMPARE(p.card("db1").badge, QStringLiteral("source"));
    p.take(QStringLiteral("e-commerce-light"));
}

void TestGuidePictures::aReplicaMore() {
    Picture p(ThemeChoice::light);
    QVERIFY(p.open(shop()));
    dropKind(p.window.canvas(), "kinds/mysql", middleOf(p.session, QStringLiteral("db3")) + QPointF(100, 0));
    p.session.select({QStringLiteral("db")});
    QVERIFY(p.verdict());
    p.take(QStringLiteral("replica-light"));
}

void TestGuidePictures::aBalancerTakesOver() {
    Picture p(ThemeChoice::light);
    QVERIFY(p.open(shop()));
    QVERIFY(p.verdict());
    QVERIFY(p.run(QStringLiteral("kill-lb1"), 43.3));
    p.view("errors");
    QCOMPARE(p.card("lb2").badge, QStringLiteral("active"));
    p.take(QStringLiteral("failover-light"));
}

void TestGuidePictures::aDatabaseLosesItsSource() {
    Picture p(ThemeChoice::dark);
    QVERIFY(p.open(shop()));
    QVERIFY(p.verdict());
    QVERIFY(p.run(QStringLiteral("source-gone"), 50.5));
    p.view("errors");
    QCOMPARE(p.card("db2").badge, QStringLiteral("source"));
    QCOMPARE(p.card("db1").state, CardState::down);
    p.take(QStringLiteral("source-lost-dark"));
}

ALWAYSON_TEST_MAIN(TestGuidePictures, test_guide_pictures)
#include "test_guide_pictures.moc"
