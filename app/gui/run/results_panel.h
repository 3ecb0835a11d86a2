#pragma once
// Figures of the scenario run and of the long availability run, each with its interval, tag and samples.

#include <QWidget>

#include <memory>

namespace alwayson::gui {

class Session;

class ResultsPanel : public QWidget {
    Q_OBJECT
public:
    explicit ResultsPanel(Session& session, QWidget* parent = nullptr);
    ~ResultsPanel() override;

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::gui
