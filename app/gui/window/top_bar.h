#pragma once
// The bar across the top: what is open, tools, undo, the run and its speed, export.

#include <QWidget>

#include <vector>

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QToolButton;

namespace alwayson::gui {

class Actions;
class Combo;
class Session;
class Theme;

class TopBar : public QWidget {
    Q_OBJECT
public:
    TopBar(Session& session, const Theme& theme, Actions& actions, QMenu& menu, QWidget* parent = nullptr);

    QString scenario() const; // id; "" for the live run
    void showScenario(const QString& id);
    // Tools, run and export are of the open design: without it on screen they are not shown.
    void setToolsShown(bool shown);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QPushButton* mode(const char* action);
    QPushButton* flat(const char* action, const QString& text);
    void refreshFile();
    void fitNames();
    void refreshScenarios();
    void refreshRun();
    void refreshClock();
    Session& m_session;
    const Theme& m_theme;
    Actions& m_actions;
    bool m_toolsShown = true;
    QWidget* m_names;
    QToolButton* m_menuButton;
    QLabel* m_name;
    QLabel* m_file;
    QLabel* m_edited;
    Combo* m_scenario;
    std::vector<QPushButton*> m_modes; // select, connect, pan
    QPushButton* m_run;
    QPushButton* m_export;
    QPushButton* m_stop;
    Combo* m_speed;
    QLabel* m_clock;
};

} // namespace alwayson::gui
