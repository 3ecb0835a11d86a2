#pragma once
// The inspector with nothing selected: name, books, versions and objectives of the design.

#include "app/gui/panels/inspector_row.h"

#include <QWidget>

class QVBoxLayout;

namespace alwayson::gui {

class CrewList;

class DesignForm : public QWidget {
    Q_OBJECT
public:
    explicit DesignForm(const RowContext& context, QWidget* parent = nullptr);
    void refresh();
    void refreshRun(); // what the run that was seen says of the objectives

private:
    void addHeading(const QString& text);
    void addObjectives();
    void openObjectiveMenu(QWidget* anchor);
    std::string objectivesKey() const;
    RowContext m_context;
    QVBoxLayout* m_column;
    CrewList* m_crews = nullptr;
    QWidget* m_objectives = nullptr;
    std::string m_objectivesKey;
    std::vector<Row*> m_rows;
    std::vector<Row*> m_objectiveRows;
    std::vector<QLabel*> m_runVerdicts; // below each of them
};

} // namespace alwayson::gui
