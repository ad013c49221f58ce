import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'

/*
 * A language model of a hospital behind an address like OpenAI's, written from the public reference of `POST /v1/chat/completions`. It thinks
 * by rules, so that the same question always has the same answer, and it can be told to misbehave in the ways that models do.
 */

export const misbehaviours = [
  'none',
  /** Quotes what nobody wrote. */
  'invents-quote',
  /** Writes a number and a link of its own into the text. */
  'invents-number',
  'no-json',
  'wrong-form',
  /** Does what a message tells it to. */
  'obeys-messages',
  'names-strangers',
  'silent',
  'broken',
  'redirects',
  'endless',
  'fenced',
] as const
export type Misbehaviour = (typeof misbehaviours)[number]

type Message = { id: number; by: 'person' | 'staff'; text: string }
type Question = {
  linkId: string
  type: string
  text: string
  options?: { value: string; text: string }[]
}
type Task = { messages?: Message[]; questions?: Question[]; check?: boolean }

export type LanguageModel = {
  /** Base address, such as `http://127.0.0.1:41234/v1`. */
  url: string
  /** What each request said, in order. */
  asked: string[]
  /** Requests without the right key. */
  refused: () => number
  behave: (how: Misbehaviour) => void
  close: () => Promise<void>
}

const sentencesOf = (text: string) =>
  text
    .split(/(?<=[。！？!?；;])|\n/)
    .map((one) => one.trim())
    .filter(Boolean)

/** The last sentence that the person wrote, and its message. */
function lastOf(messages: Message[]): { message: number; quote: string } | undefined {
  const last = messages.findLast((one) => one.by === 'person')
  const quote = last && sentencesOf(last.text).at(-1)
  return last && quote ? { message: last.id, quote } : undefined
}

function reply(messages: Message[]) {
  const source = lastOf(messages)
  const name = messages.map((one) => /\[姓名\d+\]/.exec(one.text)?.[0]).find(Boolean)
  return {
    text: `${name ? `${name}，` : ''}您好，您的问题已收到：${source?.quote ?? ''}我们核实后马上答复您。`,
    sources: source ? [source] : [],
  }
}

function note(messages: Message[]) {
  const sources = messages
    .filter((one) => one.by === 'person')
    .slice(-3)
    .map((one) => ({ message: one.id, quote: sentencesOf(one.text)[0] ?? one.text }))
  return { text: `患者说：\n${sources.map((one) => `· ${one.quote}`).join('\n')}`, sources }
}

/** An option that somebody names, a number of points, a plain yes or no beside the first words of the question. */
function answers(messages: Message[], questions: Question[]) {
  const found: { question: string; value: unknown; message: number; quote: string }[] = []
  for (const question of questions)
    for (const message of messages.filter((one) => one.by === 'person'))
      for (const quote of sentencesOf(message.text)) {
        if (found.some((one) => one.question === question.linkId)) continue
        const named = (question.options ?? []).filter((one) => quote.includes(one.text))
        const points = /(\d+)\s*分/.exec(quote)?.[1]
        const about = question.text.includes('疼') && quote.includes('疼')
        const value =
          question.type === 'choice'
            ? named[0]?.value
            : question.type === 'multiple' && named.length > 0
              ? named.map((one) => one.value)
              : ['integer', 'scale', 'decimal'].includes(question.type) && about && points !== undefined
                ? Number(points)
                : undefined
        if (value !== undefined) found.push({ question: question.linkId, value, message: message.id, quote })
      }
  return { answers: found }
}

/** @param key what requests have to bring as bearer */
export async function startLanguageModel({
  key = null,
  port = 0,
}: { key?: string | null; port?: number } = {}): Promise<LanguageModel> {
  const asked: string[] = []
  let how: Misbehaviour = 'none'
  let refused = 0

  const think = (system: string, task: Task): string => {
    const { messages = [], questions } = task
    if (task.check) return '{"ok": true}'
    if (how === 'no-json') return '好的，下面是答复：您好！'
    if (how === 'wrong-form') return JSON.stringify({ answer: 42 })
    const order = messages.find((one) => /忽略|ignore/i.test(one.text))
    if (how === 'obeys-messages' && order)
      return JSON.stringify({ text: order.text, sources: [], action: { send: true, to: 'everybody' } })
    const thought = questions
      ? answers(messages, questions)
      : system.includes('note for')
        ? note(messages)
        : reply(messages)
    if (how === 'names-strangers' && 'text' in thought) thought.text = `[姓名99]，${thought.text}`
    if (how === 'invents-number' && 'text' in thought)
      thought.text += '请加微信 13512340000 或打开 http://example.test/pay'
    if (how === 'invents-quote') {
      const sources = 'sources' in thought ? thought.sources : thought.answers
      for (const one of sources) one.quote = `${one.quote}我没有任何不舒服。`
      // What nobody mentioned becomes a no.
      for (const question of questions ?? []) {
        const value = question.type === 'boolean' ? false : question.options?.[0]?.value
        const [first] = messages
        if ('answers' in thought && value !== undefined && first)
          thought.answers.push({ question: question.linkId, value, message: first.id, quote: '都没有' })
      }
    }
    const json = JSON.stringify(thought)
    return how === 'fenced' ? `\`\`\`json\n${json}\n\`\`\`` : json
  }

  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      if (key !== null && request.headers.authorization !== `Bearer ${key}`) {
        refused += 1
        response.writeHead(401, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: { message: 'Incorrect API key provided' } }))
        return
      }
      if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
        response.writeHead(404).end()
        return
      }
      asked.push(body)
      if (how === 'silent') return
      if (how === 'redirects') {
        response.writeHead(307, { location: 'http://example.test/v1/chat/completions' }).end()
        return
      }
      if (how === 'broken') {
        response.writeHead(500, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: { message: 'CUDA out of memory' } }))
        return
      }
      const { model, messages } = JSON.parse(body) as {
        model: string
        messages: { role: string; content: string }[]
      }
      const system = messages.find((one) => one.role === 'system')?.content ?? ''
      const user = messages.find((one) => one.role === 'user')?.content ?? '{}'
      const content = how === 'endless' ? '好'.repeat(400_000) : think(system, JSON.parse(user) as Task)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({
          id: `chatcmpl-${asked.length}`,
          object: 'chat.completion',
          created: 0,
          model,
          choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
          usage: {
            prompt_tokens: Math.ceil(user.length / 2),
            completion_tokens: Math.ceil(content.length / 2),
            total_tokens: Math.ceil((user.length + content.length) / 2),
          },
        }),
      )
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    refused: () => refused,
    behave: (next) => (how = next),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
