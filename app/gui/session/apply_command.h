#pragma once
// The one undo command: an Operation with its inverse.

#include "core/edit/document.h"

#include <QUndoCommand>

#include <functional>

namespace alwayson::gui {

class ApplyCommand : public QUndoCommand {
public:
    // Applies to the document and tells the window; returns the inverse.
    using Apply = std::function<Result<Applied>(const Operation&)>;

    // `operation` has been applied already; the first redo (by QUndoStack::push) does nothing.
    ApplyCommand(Operation operation, Operation inverse, int gesture, Apply apply);

    int id() const override { return m_gesture > 0 ? 1 : -1; }
    // Only inside one gesture; a gesture that ends where it began leaves no entry.
    bool mergeWith(const QUndoCommand* other) override;
    void undo() override;
    void redo() override;

private:
    void run(const Operation& operation, Operation& back);
    Operation m_operation;
    Operation m_inverse;
    int m_gesture = 0;
    bool m_done = true;
    Apply m_apply;
};

// What an undo entry is called: the operation's label, else a plain one made from it.
QString undoText(const Operation& operation);

} // namespace alwayson::gui
