#pragma once
// The window: palette, canvas, strip, docks and inspector around one session.

#include <QMainWindow>
#include <QSize>

class QLabel;
class QMenu;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace alwayson::gui {

class Actions;
class Banner;
class CanvasView;
class DocumentActions;
class ExportPanel;
class Inspector;
class Palette;
class Problems;
class Session;
class StartPage;
class Theme;
class TopBar;
class VerdictStrip;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(Session& session, Theme& theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    // Opens the file, or the first template when the path is empty.
    void start(const QString& path);
    void showStartPage();
    void showDesign();
    bool startPageShown() const;

    Actions& actions() { return *m_actions; }
    CanvasView& canvas() { return *m_canvas; }
    Inspector& inspector() { return *m_inspector; }
    Palette& palettePanel() { return *m_palette; }
    Problems& problems() { return *m_problems; }
    VerdictStrip& verdict() { return *m_verdict; }
    Banner& banner() { return *m_banner; }
    QTabWidget& docks() { return *m_docks; }
    TopBar& topBar() { return *m_topBar; }
    DocumentActions& documents() { return *m_documents; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    QWidget* buildMiddle();
    void buildDocks();
    void bindFile();
    void showAbout();
    void bindEdit();
    void bindRun();
    void bindView();
    void follow();
    void toggleRun();
    void chooseTheme(const char* action);
    void refreshTitle();
    void fitOnScreen();
    void showColumns(int palette); // width of the palette
    void raiseDock();
    void restoreLayout();
    void rememberLayout() const;

    Session& m_session;
    Theme& m_theme;
    Actions* m_actions;
    DocumentActions* m_documents;
    QMenu* m_menu;
    TopBar* m_topBar = nullptr;
    QStackedWidget* m_pages = nullptr;
    StartPage* m_startPage = nullptr;
    QSplitter* m_columns = nullptr;
    QSplitter* m_rows = nullptr;
    Palette* m_palette = nullptr;
    CanvasView* m_canvas = nullptr;
    Inspector* m_inspector = nullptr;
    VerdictStrip* m_verdict = nullptr;
    QTabWidget* m_docks = nullptr;
    Problems* m_problems = nullptr;
    ExportPanel* m_export = nullptr;
    Banner* m_banner = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_zoom = nullptr;
    bool m_leaving = false;
    bool m_columnsChosen = false, m_narrow = false;
    bool m_dockChosen = false; // somebody dragged its border, now or the last time
    bool m_dockRaised = false;
};

// The size a window of that size gets on a screen with so much room: never larger than the room.
QSize fittingSize(QSize wanted, QSize room);

} // namespace alwayson::gui
