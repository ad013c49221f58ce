import { networkOf, type Visitor } from '../booking/limit.ts'
import { countUse } from '../access/throttle.ts'
import { readSettings } from '../setting/setting.ts'
import { AppError } from '../../platform/errors.ts'

const rules = {
  start: { address: 'conversation.chat-starts-address', all: 'conversation.chat-starts-all', visitor: null },
  text: {
    address: 'conversation.chat-texts-address',
    all: 'conversation.chat-texts-all',
    visitor: 'conversation.chat-texts-visitor',
  },
} as const

/**
 * Counts before the work is done: by network first, so that who is stopped there uses up nothing of everybody.
 * @param visitor the hash of the token, for what one visitor may write
 * @throws {AppError} chat-limit
 */
export async function countChat(
  { db, address }: Visitor,
  kind: keyof typeof rules,
  visitor: string | null,
): Promise<void> {
  const of = rules[kind]
  const names = [of.address, of.all, ...(of.visitor ? [of.visitor] : [])]
  const most = await readSettings(db, names)
  const wanted = [
    [of.address, `chat ${kind} address ${networkOf(address)}`],
    ...(of.visitor && visitor !== null ? [[of.visitor, `chat ${kind} visitor ${visitor}`] as const] : []),
    [of.all, `chat ${kind} all`],
  ] as const
  for (const [rule, name] of wanted)
    if ((await countUse(db, name, 3600)) > most[rule]) throw new AppError('chat-limit')
}
