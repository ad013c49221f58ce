import pg from 'pg'

/** A frame that arrived at a receiver, in the order of arrival. */
export type Reception = { channel: number; controlId: string }
/** An answer by its own MSH-10. `meant`: the receiver judged that very message so. `kind`: what it was doing when it wrote this. */
export type Answer = { code: string; controlId: string; meant: boolean; kind: string }

type Message = {
  id: number
  channel: number
  lanes: number
  person_id: number
  control_id: string
  status: string
  attempts: number
  sendings: { number: number; resend: boolean; outcome: string | null; answer: string | null }[]
}

/** Compares what CareLoop wrote down with what the receivers saw and meant. @returns one sentence per kind of deviation */
export async function judge(
  url: string,
  log: readonly Reception[],
  answers: ReadonlyMap<string, Answer>,
): Promise<string[]> {
  const messages = await readMessages(url)
  const found: string[] = []
  const say = (kind: string, list: string[]) => {
    if (list.length > 0) found.push(`${kind}: ${list.length}, e.g. ${list.slice(0, 3).join('; ')}`)
  }
  const arrived = Map.groupBy(log, (one) => one.controlId)
  const known = new Set(messages.map((one) => one.control_id))
  say(
    'frames that nobody queued',
    [...arrived.keys()].filter((id) => !known.has(id)),
  )
  say(
    'messages without an end',
    messages.flatMap((one) =>
      ['acknowledged', 'rejected'].includes(one.status) ? [] : [`${one.control_id} is ${one.status}`],
    ),
  )
  say(
    'answers credited wrongly',
    messages.flatMap((one) => wronglyCredited(one, answers)),
  )
  say(
    'sent again without being marked',
    messages.flatMap((one) => {
      const times = arrived.get(one.control_id)?.length ?? 0
      const marked = one.sendings.filter((sending) => sending.resend).length
      return times > 1 + marked || one.sendings.length !== one.attempts || (times > 1 && one.attempts < 2)
        ? [`${one.control_id} arrived ${times} times, ${marked} marked as sent again`]
        : []
    }),
  )
  say(
    'messages that arrived nowhere',
    messages.flatMap((one) => (arrived.has(one.control_id) ? [] : [one.control_id])),
  )
  say('out of order', outOfOrder(messages, log))
  return found
}

async function readMessages(url: string): Promise<Message[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Message>(`
      select m.id::int, substr(c.name, 5)::int as channel, c.max_in_flight as lanes, m.person_id::int, m.control_id, m.status, m.attempts,
        (select jsonb_agg(jsonb_build_object('number', a.number, 'resend', a.resend, 'outcome', a.outcome,
          'answer', convert_from(a.answer, 'LATIN1')) order by a.number) from outbound_attempt a where a.message_id = m.id) as sendings
      from outbound_message m join outbound_channel c on c.id = m.channel_id order by m.id`)
    return rows.map((row) => ({ ...row, sendings: (row.sendings as Message['sendings'] | null) ?? [] }))
  } finally {
    await client.end()
  }
}

function wronglyCredited(one: Message, answers: ReadonlyMap<string, Answer>): string[] {
  const wrong: string[] = []
  const credited = one.sendings.filter((sending) =>
    ['acknowledged', 'rejected'].includes(sending.outcome ?? ''),
  )
  if (credited.length !== 1) wrong.push(`${one.control_id} was credited ${credited.length} times`)
  for (const sending of credited) {
    const id = sending.answer?.split('\r')[0]?.split('|')[9] ?? ''
    const answer = answers.get(id)
    const should = answer?.code === 'AA' ? 'acknowledged' : 'rejected'
    if (!answer?.meant || answer.controlId !== one.control_id || sending.outcome !== should)
      wrong.push(`${one.control_id} ${sending.outcome} by ${id} (${JSON.stringify(answer)})`)
    if (sending.outcome !== one.status)
      wrong.push(`${one.control_id} is ${one.status}, not ${sending.outcome}`)
  }
  return wrong
}

/** One at a time: every frame is of the same or a later message. Several at a time: so for each person. */
function outOfOrder(messages: Message[], log: readonly Reception[]): string[] {
  const byId = new Map(messages.map((one) => [one.control_id, one]))
  const last = new Map<string, number>()
  return log.flatMap(({ controlId }) => {
    const message = byId.get(controlId)
    if (!message) return []
    const queue = `${message.channel}|${message.lanes > 1 ? message.person_id : ''}`
    const before = last.get(queue) ?? 0
    last.set(queue, Math.max(before, message.id))
    return message.id < before ? [`${controlId} on channel ${message.channel}`] : []
  })
}
