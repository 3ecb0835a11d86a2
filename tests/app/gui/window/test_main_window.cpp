#include "app/gui/window/main_window.h"

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/panels/palette.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/start_page.h"
#include "app/gui/window/top_bar.h"
#include "tests/app/gui/own_settings.h"
#include "tests/support/test_support.h"

#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

Operation workers(int count) {
    return operation::setParameter(Collection::nodes, "web1", "workers", count);
}

struct Bench {
    Session session;
    Theme theme;
    MainWindow window;
    Bench() : window(session, theme) {
        window.start({});
        window.show();
        if (!QTest::qWaitForWindowExposed(&window)) QTest::qFail("not shown", __FILE__, __LINE__);
        window.activateWindow();
    }
};

} // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::keepSettingsIn(m_settings.path()); }

    void actionsHaveIdsAndShortcutsOfTheirOwn() {
        QSet<QString> ids;
        QSet<QString> shortcuts;
        for (const ActionSpec& spec : actionTable()) {
            QVERIFY2(!ids.contains(QLatin1String(spec.id)), spec.id);
            ids.insert(QLatin1String(spec.id));
            if (*spec.icon != 0) QVERIFY2(IconCache::exists(QLatin1String(spec.icon)), spec.icon);
            if (*spec.shortcut == 0) continue;
            const QString keys = QKeySequence(QLatin1String(spec.shortcut)).toString();
            QVERIFY2(!keys.isEmpty(), spec.id);
            QVERIFY2(!shortcuts.contains(keys), spec.id);
            shortcuts.insert(keys);
        }
    }

    void startsWithTheFirstTemplateAndEveryActionDoesSomething() {
        Bench bench;
        QVERIFY(bench.session.design().nodes.contains("lb1"));
        QVERIFY(!bench.window.startPageShown());
        for (const ActionSpec& spec : actionTable()) {
            const QAction* action = bench.window.actions().at(spec.id);
            QVERIFY2(action->isEnabled() || spec.need != Need::always, spec.id);
        }
    }

    void undoFollowsTheDocumentWithoutAMouseMove() {
        Bench bench;
        QAction* undo = bench.window.actions().at("edit.undo");
        QVERIFY(!undo->isEnabled());
        bench.session.apply(workers(12));
        QVERIFY(undo->isEnabled());
        QVERIFY(undo->text().size() > 4); // says what it would undo
        undo->trigger();
        QVERIFY(!undo->isEnabled());
        QVERIFY(bench.window.actions().at("edit.redo")->isEnabled());
    }

    void startPageShowsTemplatesAndOpensThem() {
        Bench bench;
        bench.window.actions().at("file.start")->trigger();
        QVERIFY(bench.window.startPageShown());
        auto* page = bench.window.findChild<StartPage*>();
        QVERIFY(page->templateCount() >= 2);
        auto* card = page->findChild<QAbstractButton*>(QStringLiteral("template-one-server"));
        QVERIFY(card != nullptr);
        QTest::mouseClick(card, Qt::LeftButton);
        QVERIFY(!bench.window.startPageShown());
        QVERIFY(!bench.session.design().nodes.contains("lb1"));
    }

    void anEmptyDesignStartsOnTheStartPage() {
        Bench bench;
        bench.window.actions().at("file.start")->trigger();
        auto* card = bench.window.findChild<QAbstractButton*>(QStringLiteral("empty-design"));
        QVERIFY(card != nullptr);
        QTest::mouseClick(card, Qt::LeftButton);
        QVERIFY(!bench.window.startPageShown());
        QVERIFY(bench.session.design().nodes.empty());
        QVERIFY(!bench.window.isWindowModified());
        QTRY_VERIFY(bench.session.report() != nullptr);
        QVERIFY(!bench.window.actions().at("file.export")->isEnabled());
        auto* run = bench.window.findChild<QPushButton*>(QStringLiteral("runButton"));
        QVERIFY(!run->isEnabled());
        bench.window.canvas().placeAtCentre(QStringLiteral("kinds/server"));
        QVERIFY(run->isEnabled());
    }

    void aFileOpenedAtTheStartIsRecent() {
        QStringList paths;
        for (const char* folder : {"one", "two"}) {
            QVERIFY(QDir(m_settings.path()).mkpath(QLatin1String(folder)));
            paths << m_settings.filePath(QLatin1String(folder) + QStringLiteral("/shop.aon.json"));
            Session session;
            session.newFromTemplate(QStringLiteral("web-pair"));
            QVERIFY(session.saveFile(paths.back()));
        }
        Bench bench;
        bench.window.start(paths[0]);
        bench.window.start(paths[1]);
        bench.window.actions().at("file.start")->trigger();
        QStringList names;
        for (const auto* entry : bench.window.findChildren<QPushButton*>(QStringLiteral("recent")))
            names << entry->text();
        // Two of one name tell their folder.
        QVERIFY2(names.contains(QStringLiteral("shop.aon.json  ·  one")) &&
                     names.contains(QStringLiteral("shop.aon.json  ·  two")),
                 qPrintable(names.join(QLatin1Char('|'))));
    }

    void aboutTellsTheVersion() {
        Bench bench;
        bench.window.actions().at("help.about")->trigger();
        auto* about = bench.window.findChild<QMessageBox*>(QStringLiteral("about"));
        QVERIFY(about != nullptr);
        QVERIFY(about->text().startsWith(QStringLiteral("Always On ")));
        about->close();
    }

    void aMissingFileIsABannerOverTheFirstTemplate() {
        Session session;
        Theme theme;
        MainWindow window(session, theme);
        window.start(QStringLiteral("/no/such/folder/shop.aon.json"));
        window.show();
        QVERIFY(window.banner().isVisible());
        QVERIFY(window.banner().title().contains(QStringLiteral("shop.aon.json")));
        QVERIFY(session.design().nodes.contains("lb1"));
        QVERIFY(session.filePath().isEmpty());
    }

    void closingWhileEverythingRunsIsQuick() {
        QElapsedTimer timer;
        {
            Bench bench;
            bench.session.startRun(QString());
            bench.session.startAvailabilityRun();
            QTRY_VERIFY(bench.session.runResult() != nullptr);
            QVERIFY(bench.session.availabilityRunning());
            bench.session.apply(workers(12)); // a check and a latency run begin too
            timer.start();
            bench.window.close();
        }
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    }

    void keysInAFieldBelongToTheField() {
        Bench bench;
        bench.session.apply(workers(12));
        QLineEdit* field = bench.window.palettePanel().searchField();
        bench.window.actions().at("edit.findKind")->trigger(); // also where the palette shows icons alone
        QTRY_VERIFY(field->hasFocus());
        bench.session.select({QStringLiteral("web1")});
        QTest::keyClicks(field, QStringLiteral("kvh"));
        QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(field, Qt::Key_Delete);
        QCOMPARE(bench.session.undoStack().index(), 1);
        QVERIFY(bench.session.design().nodes.contains("web1"));
        QCOMPARE(bench.session.runState(), Session::RunState::idle);
    }

    void aBadFileIsABannerAndTheDesignStays() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("bad.aon.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[1, 2");
        file.close();
        Bench bench;
        QVERIFY(!bench.session.openFile(file.fileName()));
        QVERIFY(bench.window.banner().isVisible());
        QVERIFY(bench.window.banner().title().contains(QStringLiteral("bad.aon.json")));
        QVERIFY(!bench.window.banner().message().isEmpty());
        QVERIFY(bench.session.design().nodes.contains("lb1"));
    }

    void closingAsksOnlyWhenSomethingWouldBeLost() {
        Bench bench;
        bench.session.apply(workers(12));
        QVERIFY(!bench.window.close());
        auto* question = bench.window.findChild<QMessageBox*>(QStringLiteral("closeGuard"));
        QVERIFY(question != nullptr);
        QTRY_VERIFY(question->isVisible());
        QTest::mouseClick(question->button(QMessageBox::Cancel), Qt::LeftButton);
        QTRY_VERIFY(bench.window.findChild<QMessageBox*>(QStringLiteral("closeGuard")) == nullptr);
        QVERIFY(bench.window.isVisible());
        bench.window.close();
        question = bench.window.findChild<QMessageBox*>(QStringLiteral("closeGuard"));
        QTest::mouseClick(question->button(QMessageBox::Discard), Qt::LeftButton);
        QTRY_VERIFY(!bench.window.isVisible());
    }

    void theWindowIsNeverLargerThanTheScreen() {
        QCOMPARE(fittingSize({1440, 900}, {1920, 1080}), QSize(1440, 900));
        QCOMPARE(fittingSize({1440, 900}, {960, 600}), QSize(960, 600));
        QCOMPARE(fittingSize({1440, 900}, {}), QSize(1440, 900)); // no screen known
        Bench bench;
        const QSize room = bench.window.screen()->availableGeometry().size();
        QVERIFY2(bench.window.width() <= room.width() && bench.window.height() <= room.height(),
                 qPrintable(QStringLiteral("%1 x %2").arg(bench.window.width()).arg(bench.window.height())));
    }

    void aSmallWindowNamesDesignAndScenario() {
        Bench bench;
        bench.session.newFromTemplate(QStringLiteral("e-commerce"));
        bench.window.resize(1100, 700);
        QCoreApplication::processEvents();
        auto* scenario = bench.window.findChild<QComboBox*>(QStringLiteral("scenario"));
        QVERIFY(scenario);
        QVERIFY2(scenario->width() >= 180, qPrintable(QString::number(scenario->width())));
        bool named = false;
        for (const QLabel* label : bench.window.findChildren<QLabel*>())
            named = named ||
                    (label->isVisible() && label->text() == QLatin1String("E-commerce") && label->y() < 60);
        QVERIFY(named);
    }

    void aSmallWindowGivesTheCanvasTheRoom() {
        QSettings().clear();
        Bench bench;
        bench.window.resize(1440, 900);
        QTRY_VERIFY(bench.window.palettePanel().width() >= 200);
        QVERIFY(bench.window.palettePanel().searchField()->isVisible());
        bench.window.resize(1100, 700);
        QTRY_VERIFY(bench.window.palettePanel().width() <= 70);
        QVERIFY(!bench.window.palettePanel().searchField()->isVisible());
        bench.window.resize(1440, 900);
        QTRY_VERIFY(bench.window.palettePanel().width() >= 200);
    }

    // Whether it is saved is seen at every size.
    void theFileAndItsStateStayInSight() {
        QTemporaryDir folder;
        Bench bench;
        bench.session.newFromTemplate(QStringLiteral("e-commerce"));
        QVERIFY(bench.session.saveFile(folder.filePath(QStringLiteral("shop.aon.json"))));
        auto* edited = bench.window.findChild<QLabel*>(QStringLiteral("edited"));
        QVERIFY(edited && !edited->isVisible());
        QVERIFY(bench.session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 12)));
        for (const QSize size : {QSize(1440, 900), QSize(1100, 700)}) {
            bench.window.resize(size);
            QCoreApplication::processEvents();
            QVERIFY(edited->isVisible());
            QVERIFY(edited->width() >= edited->fontMetrics().horizontalAdvance(QStringLiteral("edited")));
            bool file = false;
            for (const QLabel* label : bench.window.topBar().findChildren<QLabel*>())
                file = file || (label->isVisible() && label->text() == QLatin1String("shop.aon.json"));
            QVERIFY2(file, qPrintable(QString::number(size.width())));
        }
    }

    void theDockRisesWhenThereIsSomethingToSee() {
        QSettings().clear();
        Bench bench;
        bench.window.resize(1440, 900);
        const auto showsAll = [&] {
            return bench.window.canvas()
                .mapToScene(bench.window.canvas().viewport()->rect())
                .boundingRect()
                .contains(bench.window.canvas().canvasScene().contentRect());
        };
        QTRY_VERIFY(showsAll());
        const int idle = bench.window.docks().height();
        // Drawing moves nothing.
        bench.session.apply(workers(5));
        QTRY_VERIFY(bench.session.report());
        QCOMPARE(bench.window.docks().height(), idle);
        bench.session.setSpeed(10);
        bench.session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(bench.window.docks().height() > idle, 20000);
        QTRY_VERIFY(showsAll());
        const int raised = bench.window.docks().height();
        bench.window.docks().setCurrentIndex(1);
        QCOMPARE(bench.window.docks().height(), raised);
        // Another design begins at the usual speed.
        QVERIFY(bench.session.newFromTemplate(QStringLiteral("one-server")));
        QCOMPARE(bench.session.speed(), 1.0);
    }

    void aDesignOpenedFromTheStartPageIsShownWhole() {
        Bench bench;
        bench.window.showStartPage();
        auto* card = bench.window.findChild<QAbstractButton*>(QStringLiteral("template-one-server"));
        QTest::mouseClick(card, Qt::LeftButton);
        const CanvasView& view = bench.window.canvas();
        const QPointF middle = view.mapToScene(view.viewport()->rect().center());
        const QPointF content = view.canvasScene().contentRect().center();
        QVERIFY2(QLineF(middle, content).length() < 3, "not in the middle");
    }

    void theStartPageShowsNoToolsOfADesign() {
        Bench bench;
        auto* run = bench.window.findChild<QPushButton*>(QStringLiteral("runButton"));
        QVERIFY(run->isVisible());
        bench.window.showStartPage();
        QVERIFY(!run->isVisible());
        bench.window.showDesign();
        QVERIFY(run->isVisible());
    }

    void titleSaysWhatIsOpenAndWhetherItIsEdited() {
        Bench bench;
        QVERIFY(!bench.window.isWindowModified());
        bench.session.apply(workers(12));
        QVERIFY(bench.window.isWindowModified());
        bench.session.undoStack().undo();
        QVERIFY(!bench.window.isWindowModified());
    }

    void aThingFromThePaletteArrivesInTheDesign() {
        Bench bench;
        const std::size_t before = bench.session.design().nodes.size();
        QTest::keyClicks(bench.window.palettePanel().searchField(), QStringLiteral("serv"));
        QTest::keyClick(bench.window.palettePanel().searchField(), Qt::Key_Return);
        QCOMPARE(bench.session.design().nodes.size(), before + 1);
        QCOMPARE(bench.session.undoStack().count(), 1);
    }

    void themesSwitchLive() {
        Bench bench;
        bench.window.actions().at("theme.dark")->trigger();
        QVERIFY(bench.theme.isDark());
        bench.window.actions().at("theme.light")->trigger();
        QVERIFY(!bench.theme.isDark());
        QCOMPARE(QSettings().value(QStringLiteral("theme")).toString(), QStringLiteral("light"));
    }

private:
    QTemporaryDir m_settings;
};

ALWAYSON_TEST_MAIN(TestMainWindow, test_main_window)
#include "test_main_window.moc"
