import { Link } from '@tanstack/react-router'
import type { TaskSummary } from '../../../contract/task.ts'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useWholeApp } from '../../session.tsx'

type SubjectLinkProps = {
  task: Pick<TaskSummary, 'personId' | 'personName' | 'groupId' | 'groupName'>
  title?: string
}

/** The person or organisation of a task, leading to its page; a dash for work about neither. */
export function SubjectLink({ task, title }: SubjectLinkProps) {
  const wholeApp = useWholeApp()
  const name = task.personName ?? task.groupName
  if (name === null || !wholeApp) return name ?? '—'
  return task.personId === null ? (
    <Link to="/groups/$id" params={{ id: String(task.groupId) }}>
      {name}
    </Link>
  ) : (
    <Link to="/persons/$id" params={{ id: String(task.personId) }} title={title}>
      {name}
    </Link>
  )
}

/** Beside the name of the person whom a task is about. */
export function SexAndAge({ task, className }: { task: TaskSummary; className?: string }) {
  const code = useCode()
  const age = useAge()
  if (task.personId === null) return null
  return (
    <span className={className}>
      {code('sex', task.sex)} {age(task.age)}
    </span>
  )
}
