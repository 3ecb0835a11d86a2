#pragma once
// Who is selected: tile, name (rename in place), kind, place and pool; while a run plays also its state and
// kill or heal.

#include "app/gui/panels/binding.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace alwayson::gui {

class Session;
class Theme;
class Tile;
class ValueField;

class InspectorHeader : public QWidget {
    Q_OBJECT
public:
    InspectorHeader(Session& session, const Theme& theme, QWidget* parent = nullptr);
    void show(const Subject& subject);
    using QWidget::show;
    void refresh();
    void refreshState(); // at the play time

private:
    QString rename(const QString& text);
    void openModes();
    Session& m_session;
    Subject m_subject;
    Tile* m_tile;
    ValueField* m_name;
    QLabel* m_subtitle;
    QWidget* m_stateRow;
    QLabel* m_badge;
    QPushButton* m_kill;
    QPushButton* m_modes;
    QPushButton* m_heal;
    QPushButton* m_reconnect;
};

} // namespace alwayson::gui
