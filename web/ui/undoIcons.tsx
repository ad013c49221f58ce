import { RollbackOutlined } from '@ant-design/icons'

/** An arrow that turns back. The library's own pair are circles that look alike at the size of a button. */
export function UndoIcon() {
  return <RollbackOutlined aria-hidden />
}

/** The same arrow turning forward. */
export function RedoIcon() {
  return <RollbackOutlined aria-hidden style={{ transform: 'scaleX(-1)' }} />
}
