import type { AccountKind } from '../../../contract/channel.ts'
import type { ChannelAdapter } from './channel.ts'
import { portal } from './portal.ts'
import { smtp } from './smtp.ts'

/** By kind of account; letters are printed by staff (letter.ts), so that nothing sends them. */
export const adapters: Partial<Record<AccountKind, ChannelAdapter>> = { smtp, portal }
