#pragma once
// Everything about the selection, from the catalogue's descriptors; with nothing selected, about the design.

#include "app/gui/panels/inspector_row.h"

#include <QWidget>

#include <optional>

class QScrollArea;
class QVBoxLayout;

namespace alwayson::gui {

class BetterCard;
class DesignForm;
class FailureModeRows;
class InspectorHeader;

class Inspector : public QWidget {
    Q_OBJECT
public:
    Inspector(Session& session, const Theme& theme, QWidget* parent = nullptr);

    // The row of a parameter by the title it shows; nullptr when there is none.
    Row* rowTitled(const QString& title) const;
    void focusName();

private:
    void follow();  // the selection: refresh or rebuild
    void rebuild(); // rows for another subject
    void refresh();
    void addHeading(const QString& text);
    void addRow(Row* row);
    void addParameters(const Subject& subject, bool deploy);
    void addHealth(const std::string& node);
    void buildSubject(const Subject& subject);
    void buildNothing();
    void buildMixed(int count);
    bool shapeChanged() const;
    void showHelp(const QString& help);
    void fitHelp();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    Session& m_session;
    const Theme& m_theme;
    RowContext m_context;
    QScrollArea* m_scroll;
    QScrollArea* m_helpArea;
    QLabel* m_help;
    QWidget* m_content = nullptr;
    QVBoxLayout* m_column = nullptr;
    InspectorHeader* m_header = nullptr;
    DesignForm* m_form = nullptr;
    FailureModeRows* m_failures = nullptr;
    BetterCard* m_better = nullptr;
    std::vector<Row*> m_rows;
    std::optional<Subject> m_subject;
    QStringList m_shownSelection;
    std::string m_shape; // what the rows were built for beside the subject
};

} // namespace alwayson::gui
