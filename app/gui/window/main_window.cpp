#include "app/gui/window/main_window.h"

#include "app/gui/canvas/canvas_view.h"
#include "app/gui/panels/inspector.h"
#include "app/gui/panels/palette.h"
#include "app/gui/panels/problems.h"
#include "app/gui/panels/verdict_strip.h"
#include "app/gui/run/dock_splitter.h"
#include "app/gui/run/export_panel.h"
#include "app/gui/run/results_panel.h"
#include "app/gui/run/timeline_panel.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/document_actions.h"
#include "app/gui/window/start_page.h"
#include "app/gui/window/top_bar.h"

#include <QAction>
#include <QActionGroup>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>

namespace alwayson::gui {

namespace {

constexpr int kPaletteWidth = 224;
constexpr int kLeastPalette = 180; // with names
constexpr int kPaletteIcons = 64;  // without names, where the canvas needs the room
constexpr int kRoomy = 1240;       // width from which on there is room for all of it
constexpr int kInspectorWidth = 308;
constexpr QSize kWanted(1440, 900);
constexpr QSize kSmallest(1020, 640);
constexpr int kDockHeight = 356;
constexpr int kIdleDock = 236; // while there is nothing to see in it
constexpr int kAbove = 55;     // top bar and borders
constexpr int kTitleBar = 28;  // about that much of the screen goes to the frame
constexpr int kNoticeMs = 6000;
constexpr const char* kFirstTemplate = "web-pair";
// A stored layout of another number is ignored.
constexpr int kLayoutVersion = 4;

} // namespace

MainWindow::MainWindow(Session& session, Theme& theme, QWidget* parent)
    : QMainWindow(parent), m_session(session), m_theme(theme), m_actions(new Actions(session, theme, *this)),
      m_documents(new DocumentActions(session, *this)), m_menu(new QMenu(this)) {
    m_actions->at("tool.select")->setChecked(true);
    m_actions->at("view.minimap")->setChecked(true);
    m_actions->fill(*m_menu);
    build();
    bindFile();
    bindEdit();
    bindRun();
    bindView();
    follow();
    setAcceptDrops(true);
    fitOnScreen();
    restoreLayout();
    refreshTitle();
}

MainWindow::~MainWindow() = default;

// ---- layout

void MainWindow::build() {
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_topBar = new TopBar(m_session, m_theme, *m_actions, *m_menu, centre);
    column->addWidget(m_topBar);
    column->addWidget(ui::horizontalRule(centre));
    m_pages = new QStackedWidget(centre);
    column->addWidget(m_pages, 1);
    setCentralWidget(centre);

    m_columns = new QSplitter(Qt::Horizontal, m_pages);
    m_columns->setHandleWidth(1);
    m_columns->setChildrenCollapsible(false);
    m_palette = new Palette(m_theme, m_columns);
    m_palette->setMinimumWidth(kPaletteIcons);
    m_columns->addWidget(m_palette);
    m_columns->addWidget(buildMiddle());
    m_inspector = new Inspector(m_session, m_theme, m_columns);
    m_inspector->setMinimumWidth(280);
    m_columns->addWidget(m_inspector);
    m_columns->setStretchFactor(0, 0);
    m_columns->setStretchFactor(1, 1);
    m_columns->setStretchFactor(2, 0);
    m_columns->setSizes({kPaletteWidth, 1440 - kPaletteWidth - kInspectorWidth, kInspectorWidth});
    m_pages->addWidget(m_columns);
    m_startPage = new StartPage(m_theme, m_pages);
    m_startPage->setRecent(m_documents->recent());
    m_pages->addWidget(m_startPage);
}

QWidget* MainWindow::buildMiddle() {
    auto* rows = new DockSplitter(m_theme, m_columns);
    m_rows = rows;
    auto* upper = new QWidget(m_rows);
    auto* upperColumn = new QVBoxLayout(upper);
    upperColumn->setContentsMargins(0, 0, 0, 0);
    upperColumn->setSpacing(0);
    m_banner = new Banner(m_theme, upper);
    upperColumn->addWidget(m_banner);
    m_canvas = new CanvasView(m_session, m_theme, upper);
    upperColumn->addWidget(m_canvas, 1);
    m_rows->addWidget(upper);

    auto* lower = new QWidget(m_rows);
    lower->setProperty("plane", QStringLiteral("surface"));
    lower->setAttribute(Qt::WA_StyledBackground);
    auto* lowerColumn = new QVBoxLayout(lower);
    lowerColumn->setContentsMargins(0, 0, 0, 0);
    lowerColumn->setSpacing(0);
    m_verdict = new VerdictStrip(m_session, m_theme, lower);
    lowerColumn->addWidget(m_verdict);
    lowerColumn->addWidget(ui::horizontalRule(lower));
    m_docks = new QTabWidget(lower);
    m_docks->setDocumentMode(true);
    m_docks->tabBar()->setDrawBase(false);
    lowerColumn->addWidget(m_docks, 1);
    auto* status = new QWidget(lower);
    auto* statusRow = new QHBoxLayout(status);
    statusRow->setContentsMargins(space::kPanel, 0, space::kPanel, 6);
    auto* hint = new ui::ElidedLabel(status);
    hint->setFont(m_theme.font(Type::small));
    hint->setProperty("tone", QStringLiteral("faint"));
    m_hint = hint;
    m_zoom = ui::label(m_theme, QStringLiteral("100 %"), Type::small, "faint", QFont::Normal, status);
    statusRow->addWidget(m_hint, 1);
    statusRow->addWidget(m_zoom);
    lowerColumn->addWidget(status);
    m_rows->addWidget(lower);
    m_rows->setStretchFactor(0, 1);
    m_rows->setStretchFactor(1, 0);
    connect(m_docks->tabBar(), &QTabBar::tabBarDoubleClicked, rows, &DockSplitter::toggleMaximised);
    connect(rows, &QSplitter::splitterMoved, this, [this] { m_dockChosen = true; });
    connect(m_columns, &QSplitter::splitterMoved, this, [this] { m_columnsChosen = true; });
    buildDocks();
    connect(m_docks->tabBar(), &QTabBar::tabBarClicked, this, &MainWindow::raiseDock);
    connect(m_docks, &QTabWidget::currentChanged, this, &MainWindow::raiseDock);
    connect(&m_session, &Session::runStateChanged, this, [this] {
        if (m_session.runState() != Session::RunState::idle) raiseDock();
    });
    return m_rows;
}

void MainWindow::buildDocks() {
    m_docks->addTab(new TimelinePanel(m_session, m_theme, m_docks), tr("Timeline"));
    m_docks->addTab(new ResultsPanel(m_session, m_theme, m_docks), tr("Results"));
    m_problems = new Problems(m_session, m_theme, m_docks);
    m_docks->addTab(m_problems, tr("Problems"));
    m_export = new ExportPanel(m_session, m_theme, m_docks);
    m_docks->addTab(m_export, tr("Export preview"));
    const auto count = [this](int problems) {
        m_docks->setTabText(m_docks->indexOf(m_problems),
                            problems == 0 ? tr("Problems") : tr("Problems %1").arg(problems));
    };
    connect(m_problems, &Problems::countChanged, this, count);
    connect(m_problems, &Problems::centreRequested, m_canvas, &CanvasView::centreOn);
    count(m_problems->count());
}

// ---- actions

void MainWindow::bindFile() {
    m_actions->bind("file.start", [this] { startPageShown() ? showDesign() : showStartPage(); });
    m_actions->bind("file.open", [this] { m_documents->chooseFile(); });
    m_actions->bind("file.save", [this] { m_documents->save(); });
    m_actions->bind("file.saveAs", [this] { m_documents->saveAs(); });
    m_actions->bind("file.quit", [this] { close(); });
    m_actions->bind("help.about", [this] { showAbout(); });
    m_actions->bind("file.export", [this] {
        showDesign();
        m_docks->setCurrentWidget(m_export);
        m_export->refresh();
    });
    connect(m_documents, &DocumentActions::opened, this, &MainWindow::showDesign);
    connect(m_documents, &DocumentActions::recentChanged, this,
            [this] { m_startPage->setRecent(m_documents->recent()); });
    connect(m_startPage, &StartPage::templateChosen, m_documents, &DocumentActions::openTemplate);
    connect(m_startPage, &StartPage::fileChosen, m_documents, &DocumentActions::open);
    connect(m_startPage, &StartPage::openRequested, m_documents, &DocumentActions::chooseFile);
    connect(m_startPage, &StartPage::closed, this, &MainWindow::showDesign);
}

void MainWindow::showAbout() {
    auto* about = new QMessageBox(this);
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->setObjectName(QStringLiteral("about"));
    about->setWindowTitle(tr("About Always On"));
    about->setIconPixmap(m_theme.icon(QStringLiteral("alwayson")).pixmap(48, 48));
    about->setText(tr("Always On %1").arg(QStringLiteral(ALWAYSON_VERSION)));
    about->setInformativeText(
        tr("Draw a high-availability system, see where it is weak, make it fail, and leave with "
           "configuration that deploys it.\n\nFree software under the GNU General Public License, version 3 "
           "or later. What it is built with stands in THIRD_PARTY.md."));
    about->open();
}

void MainWindow::bindEdit() {
    m_actions->bind("edit.undo", [this] { m_session.undoStack().undo(); });
    m_actions->bind("edit.redo", [this] { m_session.undoStack().redo(); });
    m_actions->bind("edit.cut", [this] { m_canvas->cutSelection(); });
    m_actions->bind("edit.copy", [this] { m_canvas->copySelection(); });
    m_actions->bind("edit.paste", [this] { m_canvas->paste(); });
    m_actions->bind("edit.duplicate", [this] { m_canvas->duplicateSelection(); });
    m_actions->bind("edit.delete", [this] { m_canvas->deleteSelection(); });
    m_actions->bind("edit.rename", [this] { m_canvas->renameSelection(); });
    m_actions->bind("edit.group", [this] { m_canvas->groupSelection(QStringLiteral("pool")); });
    m_actions->bind("edit.selectAll", [this] { m_canvas->selectAll(); });
    m_actions->bind("edit.findKind", [this] {
        if (m_palette->searchField()->isHidden()) showColumns(kPaletteWidth);
        m_palette->searchField()->setFocus(Qt::ShortcutFocusReason);
        m_palette->searchField()->selectAll();
    });
    connect(m_palette, &Palette::placeRequested, m_canvas, &CanvasView::placeAtCentre);
}

void MainWindow::bindRun() {
    m_actions->bind("run.toggle", [this] { toggleRun(); });
    m_actions->bind("run.stop", [this] { m_session.stopRun(); });
    const auto forEach = [this](const std::function<void(const QString&)>& act) {
        for (const QString& id : m_session.selection()) {
            const std::string text = id.toStdString();
            if (m_session.design().nodes.contains(text) || m_session.design().domains.contains(text)) act(id);
        }
    };
    m_actions->bind("run.kill",
                    [this, forEach] { forEach([this](const QString& id) { m_session.kill(id, {}); }); });
    m_actions->bind("run.heal",
                    [this, forEach] { forEach([this](const QString& id) { m_session.heal(id); }); });
    m_actions->bind("run.clearLive", [this] { m_session.clearLiveEvents(); });
    m_actions->bind("run.availability", [this] {
        showDesign();
        m_docks->setCurrentIndex(1);
        m_session.startAvailabilityRun();
    });
}

void MainWindow::toggleRun() {
    switch (m_session.runState()) {
    case Session::RunState::running:
        m_session.pauseRun();
        break;
    case Session::RunState::paused:
        m_session.resumeRun();
        break;
    case Session::RunState::idle:
    case Session::RunState::finished:
        showDesign();
        m_docks->setCurrentIndex(0);
        m_session.startRun(m_topBar->scenario());
        break;
    }
}

void MainWindow::bindView() {
    auto* tools = new QActionGroup(this);
    const std::pair<const char*, CanvasView::Tool> kTools[] = {{"tool.select", CanvasView::Tool::select},
                                                               {"tool.connect", CanvasView::Tool::connect},
                                                               {"tool.pan", CanvasView::Tool::pan}};
    for (const auto& [id, tool] : kTools) {
        tools->addAction(m_actions->at(id));
        m_actions->bind(id, [this, tool = tool] { m_canvas->setTool(tool); });
    }
    connect(m_canvas, &CanvasView::toolChanged, this, [this](CanvasView::Tool tool) {
        m_actions
            ->at(tool == CanvasView::Tool::select    ? "tool.select"
                 : tool == CanvasView::Tool::connect ? "tool.connect"
                                                     : "tool.pan")
            ->setChecked(true);
    });
    m_actions->bind("view.zoomIn", [this] { m_canvas->zoomIn(); });
    m_actions->bind("view.zoomOut", [this] { m_canvas->zoomOut(); });
    m_actions->bind("view.zoom100", [this] { m_canvas->zoomTo100(); });
    m_actions->bind("view.zoomFit", [this] { m_canvas->zoomToFit(); });
    m_actions->bind("view.zoomSelection", [this] { m_canvas->zoomToSelection(); });
    m_actions->bind("view.minimap",
                    [this] { m_canvas->setMinimapVisible(m_actions->at("view.minimap")->isChecked()); });
    m_actions->bind("view.problems", [this] { m_docks->setCurrentWidget(m_problems); });
    auto* themes = new QActionGroup(this);
    for (const char* id : {"theme.light", "theme.dark", "theme.system"}) {
        themes->addAction(m_actions->at(id));
        m_actions->bind(id, [this, id] { chooseTheme(id); });
    }
    m_actions->at(("theme." + toString(m_theme.choice()).toStdString()).c_str())->setChecked(true);
    connect(m_canvas, &CanvasView::zoomChanged, this, [this](double zoom) {
        m_zoom->setText(QString::number(zoom * 100, 'f', 0) + QStringLiteral(" %"));
    });
    connect(m_canvas, &CanvasView::inspectRequested, this, [this](const QString& id) {
        m_session.select({id});
        m_inspector->focusName();
    });
}

void MainWindow::chooseTheme(const char* action) {
    const QString name = QString::fromLatin1(action).section(QLatin1Char('.'), 1);
    m_theme.setChoice(themeChoiceFromString(name));
    QSettings().setValue(QStringLiteral("theme"), name);
}

// ---- what happens in the session

void MainWindow::follow() {
    connect(&m_session, &Session::errorRaised, m_banner, &Banner::showError);
    connect(&m_session, &Session::errorRaised, this, [this] {
        if (startPageShown()) showDesign(); // else the focus stays in the field that caused it
    });
    connect(&m_session, &Session::documentReplaced, m_banner, &QWidget::hide);
    connect(&m_session, &Session::fileStateChanged, this, &MainWindow::refreshTitle);
    auto* hint = static_cast<ui::ElidedLabel*>(m_hint);
    auto* timer = new QTimer(this);
    timer->setSingleShot(true);
    timer->setInterval(kNoticeMs);
    connect(m_canvas, &CanvasView::statusHint, this, [hint, timer](const QString& text) {
        hint->setProperty("hint", text);
        if (!timer->isActive()) hint->setFullText(text);
    });
    connect(&m_session, &Session::notice, this, [hint, timer](const QString& text) {
        hint->setFullText(text);
        ui::setTone(hint, "text");
        timer->start();
    });
    connect(timer, &QTimer::timeout, this, [hint] {
        ui::setTone(hint, "faint");
        hint->setFullText(hint->property("hint").toString());
    });
}

void MainWindow::start(const QString& path) {
    if (path.isEmpty() || !m_session.openFile(path)) {
        // A file that cannot be opened leaves its banner over the first template.
        QString title, message;
        if (!path.isEmpty()) {
            title = m_banner->title();
            message = m_banner->message();
        }
        m_session.newFromTemplate(QLatin1String(kFirstTemplate));
        if (!title.isEmpty()) m_banner->showError(title, message);
    } else {
        m_documents->remember(path);
    }
    showDesign();
}

void MainWindow::showStartPage() {
    m_startPage->setRecent(m_documents->recent());
    m_pages->setCurrentWidget(m_startPage);
    m_topBar->setToolsShown(false);
}

void MainWindow::showDesign() {
    m_pages->setCurrentWidget(m_columns);
    m_topBar->setToolsShown(true);
    m_canvas->setFocus(Qt::OtherFocusReason);
}

bool MainWindow::startPageShown() const {
    return m_pages->currentWidget() == m_startPage;
}

void MainWindow::refreshTitle() {
    const QString name = QString::fromStdString(m_session.design().name);
    setWindowTitle(tr("%1[*]").arg(name.isEmpty() ? tr("Untitled") : name));
    setWindowModified(m_session.isModified());
    setWindowFilePath(m_session.filePath());
}

// ---- leaving, dropping files

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_leaving && m_session.isModified()) {
        event->ignore();
        m_documents->guard([this] {
            m_leaving = true;
            close();
        });
        return;
    }
    rememberLayout();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() != 1 || !urls.front().isLocalFile()) return;
    event->acceptProposedAction();
    m_documents->open(urls.front().toLocalFile());
}

QSize fittingSize(QSize wanted, QSize room) {
    return room.isEmpty() ? wanted : wanted.boundedTo(room);
}

void MainWindow::fitOnScreen() {
    const QSize room = screen() != nullptr ? screen()->availableGeometry().size() : QSize();
    setMinimumSize(fittingSize(kSmallest, room));
    resize(fittingSize(kWanted, room));
    const int rows = height() - kAbove;
    m_rows->setSizes({rows - kIdleDock, kIdleDock});
    // Where the wanted size and a title bar find no room, the desktop knows best how large the window may be.
    const QSize withFrame = kWanted + QSize(0, kTitleBar);
    if (fittingSize(withFrame, room) != withFrame) setWindowState(windowState() | Qt::WindowMaximized);
}

void MainWindow::restoreLayout() {
    const QSettings settings;
    if (settings.value(QStringLiteral("layout/version")).toInt() != kLayoutVersion) return;
    restoreGeometry(settings.value(QStringLiteral("layout/window")).toByteArray());
    m_columnsChosen = m_columns->restoreState(settings.value(QStringLiteral("layout/columns")).toByteArray());
    m_dockChosen = m_rows->restoreState(settings.value(QStringLiteral("layout/rows")).toByteArray());
}

// The canvas has the room until there is something to see in the dock; a height that was chosen stays.
void MainWindow::raiseDock() {
    if (m_dockChosen || m_dockRaised) return;
    m_dockRaised = true;
    const int rows = m_rows->height(), dock = std::min(kDockHeight, rows / 2);
    if (m_rows->sizes().value(1) >= dock) return;
    m_rows->setSizes({rows - dock, dock});
    m_canvas->refit();
}

void MainWindow::showColumns(int palette) {
    m_palette->setMinimumWidth(palette > kPaletteIcons ? kLeastPalette : kPaletteIcons);
    m_columns->setSizes({palette, std::max(1, width() - palette - kInspectorWidth), kInspectorWidth});
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    const bool narrow = width() < kRoomy;
    if (m_columnsChosen || narrow == m_narrow) return;
    m_narrow = narrow;
    showColumns(narrow ? kPaletteIcons : kPaletteWidth);
}

void MainWindow::rememberLayout() const {
    QSettings settings;
    settings.setValue(QStringLiteral("layout/version"), kLayoutVersion);
    settings.setValue(QStringLiteral("layout/window"), saveGeometry());
    if (m_columnsChosen) settings.setValue(QStringLiteral("layout/columns"), m_columns->saveState());
    if (m_dockChosen) settings.setValue(QStringLiteral("layout/rows"), m_rows->saveState());
}

} // namespace alwayson::gui
