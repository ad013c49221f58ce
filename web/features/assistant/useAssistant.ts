import { getAssistant } from '../../../contract/assistant.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'

/** Whether the assistant can be asked about a conversation, and about which tasks. */
export function useAssistant(conversationId: number) {
  const me = useMe()
  const asks = may(me, 'assistant.use')
  const found = useCall(getAssistant, { params: { id: conversationId } }, { enabled: asks })
  return asks && found.data?.available ? found.data : null
}
