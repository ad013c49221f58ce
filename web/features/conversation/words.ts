import { renderText } from '../../../contract/template.ts'
import type { Thread } from '../../../contract/conversation.ts'

/** Fills a canned reply or an answer of the knowledge base in for this conversation. */
export function filledIn(
  body: string,
  thread: Pick<Thread, 'name' | 'departmentName' | 'siteName'>,
  agent: string,
  nobody: string,
): string {
  return renderText(body, {
    name: thread.name ?? nobody,
    agent,
    department: thread.departmentName ?? thread.siteName,
    hospital: thread.siteName,
  })
}
