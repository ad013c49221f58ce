import { z } from 'zod'
import type { AssistantProblem } from '../../../contract/assistant.ts'
import type { Db } from '../../platform/db.ts'
import { HttpFailed, openHttp } from '../../platform/outbound-http.ts'
import { readSettings } from '../setting/setting.ts'

/** A language model behind an address like OpenAI's. */
export type Model = { url: string; name: string; key: string | null; withinMs: number }
export type ChatMessage = { role: 'system' | 'user'; content: string }

export type ModelAnswer = {
  /** As it came. */
  text: string | null
  /** What it says in JSON; undefined when it says none. */
  json: unknown
  promptTokens: number | null
  answerTokens: number | null
  milliseconds: number
  problem?: AssistantProblem
}

const largestAnswer = 256 * 1024
/** Words that a model may answer with. */
const mostTokens = 1500

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().max(40_000) }) })).min(1),
  usage: z
    .object({ prompt_tokens: z.number().int().optional(), completion_tokens: z.number().int().optional() })
    .nullish(),
})

/**
 * One question to the model, and its answer or why there is none. Only to hosts on the premises that the administrator allows, no redirect,
 * within its time and size; the same question has the same answer as far as the model can.
 */
export async function askModel(db: Db, model: Model, messages: ChatMessage[]): Promise<ModelAnswer> {
  const began = performance.now()
  const settings = await readSettings(db, ['security.outbound-hosts'], null)
  const http = openHttp(() => Promise.resolve(settings['security.outbound-hosts']), {
    connections: 1,
    within: model.withinMs,
    premisesOnly: true,
  })
  const none = { text: null, json: undefined, promptTokens: null, answerTokens: null }
  const since = () => Math.round(performance.now() - began)
  try {
    const { status, body } = await http.ask(
      'POST',
      new URL(`${model.url}/chat/completions`),
      {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(model.key !== null && { authorization: `Bearer ${model.key}` }),
      },
      JSON.stringify({
        model: model.name,
        messages,
        temperature: 0,
        max_tokens: mostTokens,
        stream: false,
        response_format: { type: 'json_object' },
      }),
      largestAnswer,
    )
    if (status !== 200) return { ...none, milliseconds: since(), problem: 'refused' }
    const read = completion.safeParse(parse(body.toString('utf8')))
    if (!read.success) return { ...none, milliseconds: since(), problem: 'wrong-form' }
    const text = read.data.choices[0]?.message.content ?? ''
    const json = parse(unfenced(text))
    return {
      text,
      json,
      promptTokens: read.data.usage?.prompt_tokens ?? null,
      answerTokens: read.data.usage?.completion_tokens ?? null,
      milliseconds: since(),
      ...(json === undefined && { problem: 'no-json' as const }),
    }
  } catch (error) {
    if (!(error instanceof HttpFailed)) throw error
    const milliseconds = since()
    const slow = milliseconds >= model.withinMs - 50
    return { ...none, milliseconds, problem: slow ? 'slow' : error.sent ? 'too-long' : 'unreachable' }
  } finally {
    http.close()
  }
}

/** Models like to put JSON into a block of code. */
const unfenced = (text: string) => /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(text)?.[1] ?? text

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
