import type { AccountKind } from '../../../contract/channel.ts'
import type { ChannelAdapter } from './channel.ts'
import { portal } from './portal.ts'
import { aliyun } from './aliyun.ts'
import { call } from './call.ts'
import { smppAdapter } from './smpp.ts'
import { smtp } from './smtp.ts'
import { tencent } from './tencent.ts'
import { webhook } from './webhook.ts'
import { wechat } from './wechat.ts'

/** By kind of account; letters are printed by staff (letter.ts), so that nothing sends them. */
export const adapters: Partial<Record<AccountKind, ChannelAdapter>> = {
  smtp,
  smpp: smppAdapter,
  aliyun,
  tencent,
  wechat,
  webhook,
  portal,
  call,
}
