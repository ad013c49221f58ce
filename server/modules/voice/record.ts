import { sql } from 'kysely'
import type { z } from 'zod'
import { unfold } from '../../../contract/answer.ts'
import type {
  hearVoicePrompt as hearRoute,
  listVoiceQuestionnaires as questionnairesRoute,
  recordVoicePrompt as recordRoute,
  resetVoicePrompt as resetRoute,
  VoicePrompt,
} from '../../../contract/voice.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import type { Services } from '../../platform/services.ts'
import { getQuestionnaire, listQuestionnaires } from '../questionnaire/questionnaire.ts'
import { voiceSettingsAt } from './dial.ts'
import type { Script } from './dialogue.ts'
import { allSegments, languagesOf } from './segments.ts'
import { type VoiceLanguage, voiceLanguages } from './phrases.ts'
import { findPrompts, hashOf, staffEngine } from './prompt.ts'
import { voiceProblems } from './ready.ts'
import { engineInForce } from './speech.ts'
import { makeWav, readWav, sampleRate, secondsOf } from './wav.ts'

type Definition = Awaited<ReturnType<typeof getQuestionnaire>>

/** What would be said at a site, whoever is called. */
function scriptFor(definition: Definition, hospital: string, languages: VoiceLanguage[]): Script {
  const { items, scoring, bands, thanks } = definition
  return {
    definition: { items, scoring, ...(bands && { bands }), ...(thanks && { thanks }) },
    languages,
    hospital,
    birthYear: 0,
    identityTries: 3,
    tries: 3,
    handsOver: true,
    // Whoever records once has recorded for words as well.
    speech: { least: 1, sure: 1 },
  }
}

const recordings = (hashes: string[]) => sql<{
  hash: string
  language: string
  version: number
  seconds: number
  made_by_name: string | null
  made_at: Date
}>`
  select distinct on (hash, language) hash, language, version, seconds, made_by_name, made_at from voice_prompt
  where engine = ${staffEngine} and withdrawn_at is null and hash = any(${hashes}::text[]) order by hash, language, version desc`

/** Each questionnaire with what keeps the machine from asking it. */
export async function listVoiceQuestionnaires(
  db: Db,
  actor: Actor,
): Promise<z.input<(typeof questionnairesRoute)['response']>> {
  authorize(actor, 'voice.read')
  const items = await listQuestionnaires(db)
  const all = []
  for (const one of items) {
    const definition = await getQuestionnaire(db, { id: one.id })
    const questions = unfold(definition.items)
    const problems = voiceProblems(definition)
    const languages = languagesOf(definition, voiceLanguages)
    const own = allSegments(scriptFor(definition, '', languages)).filter(({ linkId }) => linkId !== null)
    const { rows } = await recordings(own.map(({ segment }) => hashOf(segment.text))).execute(db)
    all.push({
      id: one.id,
      title: one.title,
      ready: !problems.some((problem) => problem.blocks),
      problems: problems.map((problem) => ({
        ...problem,
        text: questions.find(({ linkId }) => linkId === problem.linkId)?.text ?? null,
      })),
      languages,
      prompts: own.length,
      recorded: rows.length,
    })
  }
  return { items: all }
}

/** @throws {AppError} not-found */
export async function listVoicePrompts(
  db: Db,
  actor: Actor,
  id: number,
  siteId: number,
): Promise<{ items: VoicePrompt[] }> {
  const reach = authorize(actor, 'voice.read')
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  const site = found(await db.selectFrom('site').select('name').where('id', '=', siteId).executeTakeFirst())
  const definition = await getQuestionnaire(db, { id })
  const settings = await voiceSettingsAt(db, siteId)
  const offered = settings['voice.languages'].split(',') as VoiceLanguage[]
  const all = allSegments(scriptFor(definition, site.name, languagesOf(definition, offered)))
  const { rows } = await recordings(all.map(({ segment }) => hashOf(segment.text))).execute(db)
  return {
    items: all.map(({ linkId, segment }) => {
      const hash = hashOf(segment.text)
      const row = rows.find((one) => one.hash === hash && one.language === segment.language)
      return {
        hash,
        language: segment.language,
        text: segment.text,
        linkId,
        recording: row
          ? {
              version: row.version,
              seconds: row.seconds,
              byName: row.made_by_name ?? '',
              at: row.made_at.toISOString(),
            }
          : null,
      }
    }),
  }
}

/** Below this nobody has said anything. */
const [shortest, longest] = [0.3, 120]

/** @throws {AppError} invalid, saying what is wrong with the file */
export async function recordVoicePrompt(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof recordRoute)['body']>,
) {
  authorize(actor, 'voice.write')
  const { rate, samples } = readWav(Buffer.from(input.audio, 'base64'))
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'audio', message }])
  if (rate !== sampleRate) throw wrong('must have 8 kHz')
  const seconds = secondsOf(samples)
  if (seconds < shortest || seconds > longest) throw wrong('must last between 0.3 seconds and two minutes')
  const hash = hashOf(input.text)
  const { rows } = await sql<{ version: number }>`
    insert into voice_prompt (hash, language, text, engine, version, wav, seconds, made_by, made_by_name)
    select ${hash}, ${input.language}, ${input.text}, ${staffEngine}, coalesce(max(version), 0) + 1, ${makeWav(samples, input.text)}, ${seconds}, ${actor.id},
      ${actor.name}
    from voice_prompt where hash = ${hash} and language = ${input.language} and engine = ${staffEngine} returning version`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'voice-prompt.record',
    subject: `voice-prompt:${hash.slice(0, 16)} ${input.language}`,
  })
  return { hash, version: found(rows[0]).version, seconds }
}

/** @throws {AppError} not-found when there is no recording */
export async function resetVoicePrompt(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof resetRoute)['body']>,
): Promise<void> {
  authorize(actor, 'voice.write')
  const { rows } = await sql`
    update voice_prompt set withdrawn_at = now(), withdrawn_by_name = ${actor.name}
    where hash = ${input.hash} and language = ${input.language} and engine = ${staffEngine} and withdrawn_at is null returning id`.execute(
    trx,
  )
  found(rows[0])
  await audit(trx, actor, {
    action: 'voice-prompt.reset',
    subject: `voice-prompt:${input.hash.slice(0, 16)} ${input.language}`,
  })
}

/** A prompt as it will be heard. */
export async function hearVoicePrompt(
  { db, config }: Pick<Services, 'db' | 'config'>,
  actor: Actor,
  segment: z.output<(typeof hearRoute)['body']>,
): Promise<Buffer> {
  authorize(actor, 'voice.read')
  const engine = await engineInForce(db, config.speechCommand)
  const id = (await findPrompts(db, engine.name, [segment])).idOf(segment)
  if (id === undefined) {
    const [samples] = await engine.speak([segment])
    return makeWav(found(samples), segment.text)
  }
  return found(await db.selectFrom('voice_prompt').select('wav').where('id', '=', id).executeTakeFirst()).wav
}
