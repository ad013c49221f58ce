import { countConversations, listConversations, readConversation } from '../../../contract/conversation.ts'

/** What shows conversations. */
export const conversationRoutes = [listConversations, countConversations, readConversation] as const
