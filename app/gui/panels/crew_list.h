#pragma once
// The crews of a design: how many things each repairs at a time.

#include "app/gui/panels/inspector_row.h"

#include <QWidget>

#include <string>
#include <vector>

namespace alwayson::gui {

class CrewList : public QWidget {
    Q_OBJECT
public:
    explicit CrewList(const RowContext& context, QWidget* parent = nullptr);
    void refresh();

private:
    void rebuild();
    void addCrew();
    void addIdleWords(const std::string& crew);
    std::string key() const; // of the rows that are shown
    RowContext m_context;
    QWidget* m_list = nullptr;
    std::vector<Row*> m_rows;
    std::string m_key;
};

} // namespace alwayson::gui
