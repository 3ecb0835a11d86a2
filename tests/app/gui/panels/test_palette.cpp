#include "app/gui/panels/palette.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"
#include "tests/support/test_support.h"

#include <QLineEdit>
#include <QListView>
#include <QMimeData>

using namespace alwayson;
using namespace alwayson::gui;

class TestPalette : public QObject {
    Q_OBJECT
private slots:
    void showsEverythingThatCanBeDrawn() {
        PaletteModel model;
        const Catalogue& catalogue = Catalogue::builtIn();
        QCOMPARE(model.entryCount(),
                 int(catalogue.kinds().size() + catalogue.domains().size() + catalogue.groups().size()));
    }

    void searchNarrowsAndDropsEmptyHeadings() {
        PaletteModel model;
        model.setFilter(QStringLiteral("hapr"));
        QCOMPARE(model.entryCount(), 1);
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(model.index(0, 0).data(PaletteModel::headingRole).toBool());
        QVERIFY(!model.index(0, 0).flags().testFlag(Qt::ItemIsSelectable));
        QCOMPARE(model.index(1, 0).data(PaletteModel::pathRole).toString(), QStringLiteral("kinds/haproxy"));
        // Words of the summary count too, in any order.
        model.setFilter(QStringLiteral("checks balancer"));
        QCOMPARE(model.entryCount(), 1);
        model.setFilter(QStringLiteral("no such kind"));
        QCOMPARE(model.rowCount(), 0);
    }

    void dragsCarryTheCataloguePath() {
        PaletteModel model;
        model.setFilter(QStringLiteral("availability zone"));
        const std::unique_ptr<QMimeData> data(model.mimeData({model.index(1, 0)}));
        QCOMPARE(data->data(QStringLiteral("application/x-alwayson-kind")), QByteArray("domains/zone"));
    }

    void keyboardPlaces() {
        Theme theme;
        Palette palette(theme);
        palette.show();
        QVERIFY(QTest::qWaitForWindowExposed(&palette));
        QSignalSpy placed(&palette, &Palette::placeRequested);
        palette.searchField()->setFocus();
        QTest::keyClicks(palette.searchField(), QStringLiteral("serv"));
        QTest::keyClick(palette.searchField(), Qt::Key_Down);
        QTest::keyClick(palette.list(), Qt::Key_Return);
        QCOMPARE(placed.count(), 1);
        QCOMPARE(placed[0][0].toString(), QStringLiteral("kinds/server"));
        palette.searchField()->setFocus();
        QTest::keyClick(palette.searchField(), Qt::Key_Return);
        QCOMPARE(placed.count(), 2);
        QTest::keyClick(palette.searchField(), Qt::Key_Escape);
        QVERIFY(palette.searchField()->text().isEmpty());
        QTest::keyClick(palette.searchField(), Qt::Key_Return); // nothing was searched for
        QCOMPARE(placed.count(), 2);
    }
};

ALWAYSON_TEST_MAIN(TestPalette, test_palette)
#include "test_palette.moc"
