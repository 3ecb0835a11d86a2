// The overview map: there when it is needed, never over a card, and a way to move.

#include "app/gui/canvas/minimap.h"

#include "app/gui/canvas/canvas_scene.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestMinimap : public QObject {
    Q_OBJECT
private slots:
    void isThereOnlyWhenSomethingLiesOutside() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.zoomToFit();
        QTRY_VERIFY(!canvas.view.minimap().isVisible());
        canvas.view.setZoom(2, {});
        QTRY_VERIFY(canvas.view.minimap().isVisible());
        const QRectF hidden = canvas.view.mapToScene(canvas.view.minimap().geometry()).boundingRect();
        for (const Node& node : canvas.design().nodes)
            QVERIFY2(!canvas.view.canvasScene().shown().at(node.id.str()).intersects(hidden),
                     node.id.str().c_str());
        // A card under it makes it give way.
        const std::string id = canvas.design().nodes.begin()->id.str();
        canvas.session.apply(operation::place(id, {hidden.left(), hidden.top()}));
        QTRY_VERIFY(!canvas.view.minimap().isVisible() ||
                    !canvas.view.canvasScene().shown().at(id).intersects(
                        canvas.view.mapToScene(canvas.view.minimap().geometry()).boundingRect()));
        canvas.view.setMinimapVisible(false);
        QVERIFY(!canvas.view.minimap().isVisible());
    }

    void movesTheView() {
        CanvasFixture canvas;
        QVERIFY(canvas.ready());
        canvas.view.setZoom(2, {});
        QTRY_VERIFY(canvas.view.minimap().isVisible());
        const QPointF before = canvas.view.mapToScene(canvas.view.viewport()->rect().center());
        QTest::mouseClick(&canvas.view.minimap(), Qt::LeftButton, {}, QPoint(20, 20));
        QVERIFY(QLineF(before, canvas.view.mapToScene(canvas.view.viewport()->rect().center())).length() >
                20);
    }
};

ALWAYSON_TEST_MAIN(TestMinimap, test_minimap)
#include "test_minimap.moc"
