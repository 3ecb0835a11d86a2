#pragma once
// The findings of the check, most serious first: a click selects and centres what it is about, Fix applies
// the cure.

#include "core/results/check_report.h"

#include <QAbstractListModel>
#include <QWidget>

class QLabel;
class QListView;
class QStackedLayout;

namespace alwayson::gui {

class Session;
class Theme;

class ProblemsModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { severityRole = Qt::UserRole, fixRole, fixableRole };
    using QAbstractListModel::QAbstractListModel;
    void setIssues(std::vector<Issue> issues);
    const Issue* issue(const QModelIndex& index) const;
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Issue> m_issues;
};

class Problems : public QWidget {
    Q_OBJECT
public:
    Problems(Session& session, const Theme& theme, QWidget* parent = nullptr);
    int count() const;
    ProblemsModel& model() { return *m_model; }
    void applyFix(const QModelIndex& index);
    void open(const QModelIndex& index);

signals:
    void countChanged(int count);
    void centreRequested(const QString& id);

private:
    void follow();
    Session& m_session;
    ProblemsModel* m_model;
    QListView* m_list;
    QStackedLayout* m_stack;
};

} // namespace alwayson::gui
