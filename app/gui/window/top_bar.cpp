#include "app/gui/window/top_bar.h"

#include "app/gui/session/session.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/window/actions.h"

#include <QAbstractItemView>
#include <QAction>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

namespace alwayson::gui {

namespace {

constexpr int kHeight = 47;
constexpr int kRoomy = 1280; // width from which there is room for everything
constexpr int kFirst = 1000; // stretch of what gets the room before the gap in the middle does
constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60};

QString tipOf(const QAction& action) {
    QString tip = action.text();
    if (!action.shortcut().isEmpty())
        tip +=
            QStringLiteral("  (") + action.shortcut().toString(QKeySequence::NativeText) + QLatin1Char(')');
    return tip;
}

} // namespace

TopBar::TopBar(Session& session, const Theme& theme, Actions& actions, QMenu& menu, QWidget* parent)
    : QWidget(parent), m_session(session), m_theme(theme), m_actions(actions) {
    setProperty("plane", QStringLiteral("surface"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(kHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 0, space::kPanel, 0);
    row->setSpacing(6);

    QToolButton* menuButton = ui::iconButton(theme, QStringLiteral("menu"), tr("Menu (F10)"), this);
    m_menuButton = menuButton;
    menuButton->setObjectName(QStringLiteral("menuButton"));
    menuButton->setFixedSize(28, 28);
    menuButton->setIconSize(QSize(18, 18));
    menuButton->setShortcut(QKeySequence(Qt::Key_F10));
    connect(menuButton, &QToolButton::clicked, this, [menuButton, &menu] {
        menu.popup(menuButton->mapToGlobal(QPoint(0, menuButton->height() + 6)));
    });
    row->addWidget(menuButton);
    auto* names = new QWidget(this);
    m_names = names;
    names->setMinimumWidth(72);
    names->setMaximumWidth(252);
    auto* nameRow = new QHBoxLayout(names);
    nameRow->setContentsMargins(0, 0, 0, 0);
    nameRow->setSpacing(7);
    auto* name = new ui::ElidedLabel(this);
    name->setFont(theme.font(Type::title, QFont::DemiBold));
    name->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    m_name = name;
    auto* file = new ui::ElidedLabel(this);
    file->setFont(theme.font(Type::secondary));
    file->setProperty("tone", QStringLiteral("faint"));
    m_file = file;
    m_edited = ui::label(theme, {}, Type::secondary, "secondary", QFont::Medium, this);
    m_edited->setObjectName(QStringLiteral("edited"));
    m_edited->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    nameRow->addWidget(m_name, 0);
    nameRow->addWidget(m_file, 1);
    nameRow->addWidget(m_edited, 0);
    row->addWidget(names, kFirst); // gives way when the window is narrow
    row->addSpacing(8);

    for (const char* id : {"tool.select", "tool.connect", "tool.pan"}) {
        m_modes.push_back(mode(id));
        row->addWidget(m_modes.back());
    }
    row->addSpacing(18);
    row->addWidget(flat("edit.undo", tr("Undo")));
    row->addWidget(flat("edit.redo", tr("Redo")));
    row->addStretch(1);

    m_clock = ui::label(theme, {}, Type::control, "secondary", QFont::Medium, this);
    m_clock->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_clock->setMinimumWidth(56);
    row->addWidget(m_clock);
    row->addSpacing(6);
    m_scenario = new Combo(theme, this);
    m_scenario->setObjectName(QStringLiteral("scenario"));
    m_scenario->setAccessibleName(tr("Scenario"));
    m_scenario->setFixedHeight(space::kControl);
    m_scenario->setMinimumWidth(88);
    m_scenario->setMaximumWidth(228);
    m_scenario->view()->setMinimumWidth(260);
    row->addWidget(m_scenario, kFirst);
    m_run = ui::button(theme, tr("Run"), "primary", this);
    m_run->setObjectName(QStringLiteral("runButton"));
    m_run->setFont(theme.font(Type::body, QFont::DemiBold));
    m_run->setFixedSize(92, space::kControl);
    m_run->setIconSize(QSize(16, 16));
    connect(m_run, &QPushButton::clicked, actions.at("run.toggle"), &QAction::trigger);
    row->addWidget(m_run);
    m_stop = flat("run.stop", {});
    m_stop->setIcon(theme.icon(QStringLiteral("stop")));
    m_stop->setFixedWidth(30);
    row->addWidget(m_stop);
    m_speed = new Combo(theme, this);
    m_speed->setProperty("look", QStringLiteral("flat"));
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Simulated seconds per second"));
    for (const double speed : kSpeeds)
        m_speed->addItem(QString::number(speed) + QLatin1Char('x'), speed);
    m_speed->setCurrentText(QStringLiteral("1x"));
    constexpr int kSpare = 9; // without a frame the words need less around them
    m_speed->setFixedSize(m_speed->neededWidth() - kSpare, space::kControl);
    m_speed->view()->setMinimumWidth(m_speed->neededWidth() + 6);
    connect(m_speed, &QComboBox::activated, this,
            [this](int index) { m_session.setSpeed(m_speed->itemData(index).toDouble()); });
    row->addWidget(m_speed);
    row->addSpacing(12);
    QPushButton* exporting = ui::button(theme, tr("Export"), "plain", this);
    m_export = exporting;
    exporting->setFont(theme.font(Type::body, QFont::DemiBold));
    exporting->setFixedSize(92, space::kControl);
    exporting->setToolTip(tipOf(*actions.at("file.export")));
    connect(exporting, &QPushButton::clicked, actions.at("file.export"), &QAction::trigger);
    row->addWidget(exporting);

    for (const auto& [id, button] : {std::pair{"run.toggle", m_run}, std::pair{"file.export", m_export}}) {
        QAction* action = actions.at(id);
        const auto follow = [action, button = button] {
            button->setEnabled(action->isEnabled());
            button->setToolTip(action->statusTip().isEmpty() ? tipOf(*action)
                                                             : ui::plainTip(action->statusTip()));
        };
        connect(action, &QAction::changed, button, follow);
        follow();
    }

    connect(&session, &Session::fileStateChanged, this, &TopBar::refreshFile);
    connect(&session, &Session::documentReplaced, this, [this] {
        refreshFile();
        m_scenario->clear();
        refreshScenarios();
        refreshRun();
    });
    connect(&session, &Session::designChanged, this, [this](const ChangeSet& changes) {
        if (changes.settings) refreshScenarios();
    });
    connect(&session, &Session::runStateChanged, this, &TopBar::refreshRun);
    connect(&session, &Session::playTimeChanged, this, &TopBar::refreshClock);
    refreshFile();
    refreshScenarios();
    refreshRun();
}

QPushButton* TopBar::mode(const char* id) {
    QAction* action = m_actions.at(id);
    QPushButton* button = ui::button(m_theme, action->text(), "mode", this);
    button->setCheckable(true);
    button->setChecked(action->isChecked());
    button->setFixedSize(76, space::kControl);
    button->setToolTip(tipOf(*action));
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::toggled, button, &QPushButton::setChecked);
    // A click on the tool in use must not switch it off.
    connect(button, &QPushButton::clicked, button,
            [button, action] { button->setChecked(action->isChecked()); });
    return button;
}

QPushButton* TopBar::flat(const char* id, const QString& text) {
    QAction* action = m_actions.at(id);
    QPushButton* button = ui::button(m_theme, text, "flat", this);
    if (text.isEmpty()) button->setAccessibleName(action->text());
    const auto follow = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(tipOf(*action));
    };
    connect(action, &QAction::changed, button, follow);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    follow();
    return button;
}

void TopBar::refreshFile() {
    const QString name = QString::fromStdString(m_session.design().name);
    static_cast<ui::ElidedLabel*>(m_name)->setFullText(name.isEmpty() ? tr("Untitled") : name);
    const QString path = m_session.filePath();
    QString file = path.isEmpty() ? tr("not saved yet") : QFileInfo(path).fileName();
    static_cast<ui::ElidedLabel*>(m_file)->setFullText(file);
    m_edited->setText(m_session.isModified() ? tr("edited") : QString());
    m_edited->setVisible(m_session.isModified() && !path.isEmpty());
    m_names->setToolTip(ui::plainTip(path.isEmpty() ? file : path));
    fitNames();
}

void TopBar::refreshScenarios() {
    const QString before = scenario();
    m_scenario->clear();
    m_scenario->addItem(tr("Live"), QString());
    m_scenario->setItemData(0, tr("Break things by hand while it runs"), Qt::ToolTipRole);
    for (const Scenario& one : m_session.design().scenarios)
        m_scenario->addItem(QString::fromStdString(one.displayName()), QString::fromStdString(one.id.str()));
    showScenario(before);
}

QString TopBar::scenario() const {
    return m_scenario->currentData().toString();
}

void TopBar::showScenario(const QString& id) {
    const int at = m_scenario->findData(id);
    m_scenario->setCurrentIndex(at < 0 ? 0 : at);
}

void TopBar::refreshRun() {
    const Session::RunState state = m_session.runState();
    const bool running = state == Session::RunState::running;
    m_run->setText(running ? tr("Pause") : state == Session::RunState::paused ? tr("Go on") : tr("Run"));
    m_run->setIcon(m_theme.icon(running ? QStringLiteral("pause") : QStringLiteral("play"), Tone::onAccent));
    m_scenario->setEnabled(state == Session::RunState::idle || state == Session::RunState::finished);
    if (state == Session::RunState::running || state == Session::RunState::paused)
        showScenario(m_session.runScenario());
    const int speed = m_speed->findData(m_session.speed());
    if (speed >= 0) m_speed->setCurrentIndex(speed);
    refreshClock();
}

void TopBar::setToolsShown(bool shown) {
    m_toolsShown = shown;
    for (QWidget* child : findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly))
        if (child != m_menuButton && child != m_names) child->setVisible(shown);
    refreshRun();
}

void TopBar::fitNames() {
    const bool roomy = width() >= kRoomy, saved = !m_session.filePath().isEmpty();
    m_file->setVisible(roomy || saved);
    m_name->setVisible(roomy || !saved);
    m_names->setMaximumWidth(roomy ? 252 : saved ? 148 : 122); // the scenario has the longer name
}

void TopBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // Whether it is saved, and where, comes before the name; the timeline shows the time, too.
    const bool roomy = width() >= kRoomy;
    m_run->setFixedWidth(roomy ? 92 : 84);
    m_export->setFixedWidth(roomy ? 92 : 76);
    fitNames();
    for (QPushButton* tool : m_modes)
        tool->setFixedWidth(roomy ? 76 : 72);
    refreshClock();
}

void TopBar::refreshClock() {
    m_clock->setVisible(m_toolsShown && width() >= kRoomy && m_session.runState() != Session::RunState::idle);
    if (m_session.runState() == Session::RunState::idle)
        m_clock->clear();
    else
        m_clock->setText(QString::number(m_session.playTimeS(), 'f', 1) + QStringLiteral(" s"));
}

} // namespace alwayson::gui
