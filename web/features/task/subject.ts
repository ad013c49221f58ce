import type { TaskSummary } from '../../../contract/task.ts'

type Named = Pick<TaskSummary, 'personName' | 'groupName' | 'title'>

/** The words for outcomes of this task (`useCode`): contacts have more, and other ones. */
export const outcomeGroup = ({ personId }: Pick<TaskSummary, 'personId'>) =>
  personId === null ? 'workOutcome' : 'outcome'

/** Whom or what a task is about, for lists and messages: a person, an organisation, or what is to be done. */
export const subjectName = ({ personName, groupName, title }: Named): string =>
  personName ?? groupName ?? title
