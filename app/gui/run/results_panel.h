#pragma once
// Figures of the scenario run and of the long availability run, each with its interval, tag and samples.

#include <QWidget>

#include <memory>

namespace alwayson::gui {

class Session;
class Theme;

class ResultsPanel : public QWidget {
    Q_OBJECT
public:
    ResultsPanel(Session& session, const Theme& theme, QWidget* parent = nullptr);
    ~ResultsPanel() override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::gui
