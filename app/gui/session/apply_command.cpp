#include "app/gui/session/apply_command.h"

namespace alwayson::gui {

namespace {

bool sameField(const Operation& a, const Operation& b) {
    return a.type == Operation::Type::set && b.type == Operation::Type::set && a.collection == b.collection &&
           a.id == b.id && a.path == b.path;
}

} // namespace

QString undoText(const Operation& operation) {
    if (!operation.label.empty()) return QString::fromStdString(operation.label);
    const QString id = QString::fromStdString(operation.id);
    switch (operation.type) {
    case Operation::Type::insert:
        return QStringLiteral("Add");
    case Operation::Type::remove:
        return QStringLiteral("Delete %1").arg(id);
    case Operation::Type::set:
        return QStringLiteral("Change %1").arg(id);
    case Operation::Type::batch:
        break;
    }
    return QStringLiteral("Edit");
}

ApplyCommand::ApplyCommand(Operation operation, Operation inverse, int gesture, Apply apply)
    : QUndoCommand(undoText(operation)), m_operation(std::move(operation)), m_inverse(std::move(inverse)),
      m_gesture(gesture), m_apply(std::move(apply)) {}

bool ApplyCommand::mergeWith(const QUndoCommand* other) {
    const auto* next = dynamic_cast<const ApplyCommand*>(other);
    if (next == nullptr || next->m_gesture != m_gesture) return false;
    if (sameField(m_operation, next->m_operation)) {
        m_operation = next->m_operation;
    } else {
        m_operation = operation::batch(text().toStdString(), {m_operation, next->m_operation});
        m_inverse = operation::batch(text().toStdString(), {next->m_inverse, m_inverse});
    }
    if (sameField(m_operation, m_inverse) && m_operation.value == m_inverse.value &&
        m_operation.literalNull == m_inverse.literalNull)
        setObsolete(true);
    return true;
}

void ApplyCommand::undo() {
    Operation again;
    run(m_inverse, again);
}

void ApplyCommand::redo() {
    if (m_done) {
        m_done = false;
        return;
    }
    run(m_operation, m_inverse);
}

void ApplyCommand::run(const Operation& operation, Operation& back) {
    Result<Applied> applied = m_apply(operation);
    if (applied.ok())
        back = std::move(applied).value().inverse;
    else
        setObsolete(true);
}

} // namespace alwayson::gui
