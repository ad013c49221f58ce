import { shownQuestions, unfold } from '../../../contract/answer.ts'
import type { Answers, Question, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { checkAnswers, redFlagsOf } from '../questionnaire/questionnaire.ts'
import type { GivenAnswers } from '../../../contract/task.ts'
import type { Phrase, VoiceLanguage } from './phrases.ts'
import { isAsked, raisesAlarm } from './ready.ts'
import { heading, languageMenu, localText, phrase, questionAt, questionText, valueWords } from './segments.ts'
import { understand } from './spoken.ts'

/** What one call says and asks. */
export type Script = {
  definition: Pick<QuestionnaireDefinition, 'items' | 'scoring' | 'bands' | 'thanks'>
  /** The first is spoken until another is chosen. */
  languages: VoiceLanguage[]
  hospital: string
  birthYear: number
  identityTries: number
  /** Wrong keys and silences in a row after which it gives up. */
  tries: number
  /** Whether there is a queue of agents to hand a call to; else it says that somebody calls. */
  handsOver: boolean
  /** How sure the recogniser has to be; left out: keys alone are heard. */
  speech?: {
    least: number
    /** For the identity, and where a wrong word would hide something dangerous. */
    sure: number
  }
}

/** One piece of what is said; the machine or a member of staff has spoken it before. */
export type Segment = { language: VoiceLanguage; text: string }

export type End =
  'completed' | 'red-flag' | 'person' | 'silent' | 'not-identified' | 'wrong-person' | 'hung-up'

type Point =
  | { kind: 'language' }
  | { kind: 'identity' }
  | { kind: 'question'; linkId: string }
  | { kind: 'confirm'; linkId: string; value: Value }
  | { kind: 'ended'; end: End }
export type Value = string | number | boolean | string[]

/** All that a call must remember: plain data, so that another process can go on with it. */
export type Dialogue = {
  at: Point
  language: VoiceLanguage
  /** Digits of an answer that is not complete. */
  typed: string
  /** Wrong keys and silences in a row. */
  wrong: number
  identityTries: number
  identified: boolean
  answers: Answers
  /** Red flags that a key confirmed. */
  flagged: string[]
  /** Red flags of an answer that nothing has confirmed or replaced yet. */
  doubt: string[]
  /** Keys and silences so far. */
  heard: number
  /** How each answer was given. */
  given?: GivenAnswers
  /** At this point nothing was understood once: keys alone count, until the next. */
  deaf?: boolean
}

export type Heard =
  | { kind: 'key'; key: string }
  | { kind: 'said'; text: string; confidence: number }
  | { kind: 'silence' }
  | { kind: 'resume' }
  | { kind: 'hung-up' }

export type Turn = {
  state: Dialogue
  say: Segment[]
  then: 'listen' | 'hang-up' | 'hand-over'
  /** Red flags that were confirmed just now. */
  flags: string[]
}

/** A line that plays keys without end is left. */
const mostHeard = 400

const isNumber = (item: Question) => ['integer', 'decimal', 'scale'].includes(item.type)

/** Begins a call that somebody has answered. */
export function begin(script: Script): Turn {
  const language = script.languages[0] ?? 'zh-CN'
  const state: Dialogue = {
    at: { kind: script.languages.length > 1 ? 'language' : 'identity' },
    language,
    typed: '',
    wrong: 0,
    identityTries: 0,
    identified: false,
    answers: {},
    flagged: [],
    doubt: [],
    heard: 0,
  }
  return ask(script, state, [phrase(script, language, 'greeting')])
}

/**
 * What follows from a key, from spoken words or from silence. A dialogue that has ended stays so; words that count for nothing leave the very
 * same state.
 */
export function step(script: Script, before: Dialogue, heard: Heard): Turn {
  const turn = heard.kind === 'said' ? hearWords(script, before, heard) : follow(script, before, heard)
  if (turn.state === before) return turn
  return { ...turn, state: noted(before, turn.state, heard) }
}

/** Remembers how an answer was given, and listens again at the next point. */
function noted(before: Dialogue, state: Dialogue, heard: Heard): Dialogue {
  const given = Object.fromEntries(
    Object.keys(state.answers).flatMap((linkId) => {
      const stays = before.answers[linkId] === state.answers[linkId]
      const now =
        heard.kind === 'said'
          ? { by: 'speech' as const, confidence: heard.confidence }
          : { by: 'key' as const }
      const how = stays ? state.given?.[linkId] : now
      return how ? [[linkId, how] as const] : []
    }),
  )
  const moved = JSON.stringify(before.at) !== JSON.stringify(state.at)
  return { ...state, given, ...(moved && { deaf: false }) }
}

/** Words count only where they are safe: no alarm is raised, confirmed or taken back by speech. */
function hearWords(
  script: Script,
  before: Dialogue,
  { text, confidence }: Extract<Heard, { kind: 'said' }>,
): Turn {
  const { at } = before
  const unheard: Turn = { state: before, say: [], then: 'listen', flags: [] }
  const { speech } = script
  if (at.kind === 'ended') return { ...unheard, then: 'hang-up' }
  // Whoever has begun to press keys goes on with keys.
  if (!speech || before.deaf || before.typed !== '' || text.trim() === '') return unheard
  const state = { ...before, heard: before.heard + 1 }
  if (state.heard > mostHeard) return giveUp(script, state)
  const pressKey = () => ask(script, { ...state, deaf: true }, [phrase(script, state.language, 'press-key')])
  const item = at.kind === 'question' ? questionAt(script, at.linkId) : undefined
  const place =
    at.kind === 'language'
      ? { kind: 'language' as const, languages: script.languages }
      : item
        ? { kind: 'question' as const, item }
        : { kind: 'identity' as const }
  const meant = confidence >= speech.least ? understand(text, place) : undefined
  if (meant?.kind === 'person') return toPerson(script, state)
  if (meant?.kind === 'repeat') return ask(script, state)
  if (!meant || at.kind === 'confirm' || state.doubt.length > 0) return pressKey()
  const { items, bands = [] } = script.definition
  const harmless = item && !raisesAlarm(items, item.linkId) && !bands.some((one) => one.redFlagWithinMinutes)
  const needed = at.kind === 'language' || harmless ? speech.least : speech.sure
  if (confidence < needed) return pressKey()
  if (meant.kind === 'stranger') return end(script, state, 'wrong-person', 'wrong-person')
  if (at.kind === 'language') return chooseLanguage(script, state, meant.typed)
  if (!item) {
    const turn = Array.from(meant.typed).reduce<Turn>(
      (last, key) => identify(script, last.state, key),
      listen(state),
    )
    return turn.state.identified ? turn : { ...turn, state: { ...turn.state, deaf: true } }
  }
  const answered = submit(script, { ...state, typed: meant.typed }, item)
  return answered.state.wrong > state.wrong ? pressKey() : answered
}

function follow(script: Script, before: Dialogue, heard: Exclude<Heard, { kind: 'said' }>): Turn {
  const { at } = before
  if (at.kind === 'ended') return { state: before, say: [], then: 'hang-up', flags: [] }
  if (heard.kind === 'hung-up')
    return {
      state: { ...before, at: { kind: 'ended', end: 'hung-up' } },
      say: [],
      then: 'hang-up',
      flags: [],
    }
  if (heard.kind === 'resume')
    return ask(script, { ...before, typed: '' }, [phrase(script, before.language, 'interrupted')])
  const state = { ...before, heard: before.heard + 1 }
  if (state.heard > mostHeard) return giveUp(script, state)
  if (heard.kind === 'silence') return silence(script, state)
  const { key } = heard
  if (at.kind === 'language') return chooseLanguage(script, state, key)
  if (at.kind === 'identity') return identify(script, state, key)
  if (at.kind === 'confirm') return confirm(script, state, key)
  return answer(script, state, questionAt(script, at.linkId), key)
}

function silence(script: Script, state: Dialogue): Turn {
  const { at, typed } = state
  if (at.kind === 'question' && typed !== '') {
    const item = questionAt(script, at.linkId)
    if (isNumber(item) || item.type === 'multiple') return submit(script, state, item)
  }
  return again(script, { ...state, typed: '' }, 'silence')
}

function chooseLanguage(script: Script, state: Dialogue, key: string): Turn {
  if (key === '*') return ask(script, state)
  if (key === '0') return toPerson(script, state)
  const language = script.languages[Number(key) - 1]
  if (!language) return again(script, state, 'wrong-key')
  return ask(script, { ...state, language, at: { kind: 'identity' }, wrong: 0 })
}

function identify(script: Script, state: Dialogue, key: string): Turn {
  if (key === '*') return ask(script, { ...state, typed: '' })
  if (key === '#')
    return state.typed === '' ? end(script, state, 'wrong-person', 'wrong-person') : wrongYear(script, state)
  // No year of birth begins with it.
  if (key === '0' && state.typed === '') return toPerson(script, state)
  const typed = state.typed + key
  if (typed.length < 4) return listen({ ...state, typed })
  if (Number(typed) !== script.birthYear) return wrongYear(script, state)
  const known = { ...state, identified: true, typed: '', wrong: 0 }
  return advance(script, known, [
    phrase(script, state.language, 'identified'),
    ...(script.speech ? [phrase(script, state.language, 'say-or-press')] : []),
  ])
}

function wrongYear(script: Script, state: Dialogue): Turn {
  const tried = { ...state, typed: '', identityTries: state.identityTries + 1 }
  if (tried.identityTries >= script.identityTries)
    return end(script, tried, 'not-identified', 'not-identified')
  return ask(script, tried, [phrase(script, state.language, 'identity-wrong')])
}

function answer(script: Script, state: Dialogue, item: Question, key: string): Turn {
  if (isNumber(item)) return typeNumber(script, state, item, key)
  if (key === '*') return ask(script, { ...state, typed: '' })
  if (key === '0' && (item.type !== 'date' || state.typed === '')) return toPerson(script, state)
  if (item.type === 'date') {
    if (key === '#') return submit(script, state, item)
    const typed = state.typed + key
    return typed.length < 8 ? listen({ ...state, typed }) : submit(script, { ...state, typed }, item)
  }
  if (item.type === 'multiple') {
    if (key === '#') return submit(script, state, item)
    return item.options?.[Number(key) - 1]
      ? listen({ ...state, typed: state.typed + key })
      : again(script, { ...state, typed: '' }, 'wrong-key')
  }
  return submit(script, { ...state, typed: key }, item)
}

function typeNumber(script: Script, state: Dialogue, item: Question, key: string): Turn {
  const { typed } = state
  if (key === '#') return typed === '' ? toPerson(script, state) : submit(script, state, item)
  if (key === '*') {
    const isPoint = item.type === 'decimal' && typed !== '' && !typed.includes('.')
    return isPoint ? listen({ ...state, typed: `${typed}.` }) : ask(script, { ...state, typed: '' })
  }
  if (typed.length >= 12) return again(script, { ...state, typed: '' }, 'wrong-number')
  const now = { ...state, typed: typed + key }
  // A digit that can only be the last needs no hash.
  const isLast = item.type !== 'decimal' && item.max !== undefined && Number(now.typed) * 10 > item.max
  return isLast ? submit(script, now, item) : listen(now)
}

/** Takes the typed keys as the answer, if they are one. */
function submit(script: Script, state: Dialogue, item: Question): Turn {
  const value = valueOf(item, state.typed)
  const cleared = { ...state, typed: '' }
  if (value === undefined || !isValid(script, state.answers, item, value))
    return again(
      script,
      cleared,
      isNumber(item) ? 'wrong-number' : item.type === 'date' ? 'wrong-date' : 'wrong-key',
    )
  const answers = { ...state.answers, [item.linkId]: value }
  const raised = newFlags(script, answers, state, false)
  if (raised.length > 0)
    return ask(script, { ...cleared, at: { kind: 'confirm', linkId: item.linkId, value }, doubt: raised })
  return advance(script, { ...cleared, answers, wrong: 0, doubt: [] })
}

function confirm(script: Script, state: Dialogue, key: string): Turn {
  const { at } = state
  if (at.kind !== 'confirm') return ask(script, state)
  if (key === '*') return ask(script, state)
  if (key === '0') return toPerson(script, state)
  if (key === '2')
    // The count of wrong keys stays: nobody goes round for ever.
    return (
      countedOut(script, state) ??
      ask(script, { ...counted(state), at: { kind: 'question', linkId: at.linkId } })
    )
  if (key !== '1') return again(script, state, 'wrong-key')
  const answers = { ...state.answers, [at.linkId]: at.value }
  const flagged = [...state.flagged, ...state.doubt]
  const now: Dialogue = { ...state, answers, flagged, doubt: [], wrong: 0 }
  if (!nextQuestion(script, answers))
    return { ...finish(script, now), flags: newFlags(script, answers, state, true) }
  return { ...flagEnd(script, now, 'red-flag'), flags: state.doubt }
}

const counted = (state: Dialogue): Dialogue => ({ ...state, wrong: state.wrong + 1 })

function countedOut(script: Script, state: Dialogue): Turn | undefined {
  return state.wrong + 1 >= script.tries ? giveUp(script, state) : undefined
}

function again(script: Script, state: Dialogue, why: Phrase): Turn {
  return countedOut(script, state) ?? ask(script, counted(state), [phrase(script, state.language, why)])
}

function giveUp(script: Script, state: Dialogue): Turn {
  return end(script, state, 'silent', state.identified ? 'give-up-later' : 'give-up')
}

function toPerson(script: Script, state: Dialogue): Turn {
  if (!script.handsOver) return end(script, state, 'person', 'call-back')
  return { ...end(script, state, 'person', 'transfer'), then: 'hand-over' }
}

/** Says that a nurse calls, or hands over. */
function flagEnd(script: Script, state: Dialogue, how: 'red-flag' | 'completed'): Turn {
  if (!script.handsOver) return end(script, state, how, 'red-flag')
  return { ...end(script, state, how, 'red-flag-transfer'), then: 'hand-over' }
}

function finish(script: Script, state: Dialogue): Turn {
  const flags = newFlags(script, state.answers, state, true)
  const flagged = [...state.flagged, ...flags]
  const done = { ...state, flagged }
  if (flagged.length > 0) return { ...flagEnd(script, done, 'completed'), flags }
  const thanks = localText(script.definition.thanks, state.language)
  if (thanks === '' || thanks.includes('{{')) return end(script, done, 'completed', 'closing')
  return { ...end(script, done, 'completed', 'closing'), say: [{ language: state.language, text: thanks }] }
}

function end(script: Script, state: Dialogue, how: End, words: Phrase): Turn {
  return {
    state: { ...state, at: { kind: 'ended', end: how } },
    say: [phrase(script, state.language, words)],
    then: 'hang-up',
    flags: [],
  }
}

const listen = (state: Dialogue): Turn => ({ state, say: [], then: 'listen', flags: [] })

/** What comes after the last words. */
export function thenOf(script: Script, { at, flagged }: Dialogue): Turn['then'] {
  if (at.kind !== 'ended') return 'listen'
  const isForPeople =
    at.end === 'person' || (flagged.length > 0 && ['red-flag', 'completed'].includes(at.end))
  return isForPeople && script.handsOver ? 'hand-over' : 'hang-up'
}

/** Goes on to the next question, with what stands before it. */
function advance(script: Script, state: Dialogue, first: Segment[] = []): Turn {
  const next = nextQuestion(script, state.answers)
  if (!next) {
    const turn = finish(script, state)
    return { ...turn, say: [...first, ...turn.say] }
  }
  const notes = next.notes.map((item) => ({ language: state.language, text: heading(item, state.language) }))
  const said = notes.filter(({ text }) => text !== '')
  return ask(script, { ...state, at: { kind: 'question', linkId: next.item.linkId } }, [...first, ...said])
}

/** The next question to be asked, and the headings just before it. */
function nextQuestion(script: Script, answers: Answers): { item: Question; notes: Question[] } | undefined {
  let notes: Question[] = []
  for (const item of unfold(shownQuestions(script.definition.items, answers))) {
    if (!isAsked(item)) continue
    if (item.type === 'group' || item.type === 'display') notes.push(item)
    else if (answers[item.linkId] === undefined) return { item, notes }
    else notes = []
  }
  return undefined
}

function valueOf(item: Question, typed: string): Value | undefined {
  switch (item.type) {
    case 'choice':
      return item.options?.[Number(typed) - 1]?.value
    case 'boolean':
      return typed === '1' ? true : typed === '2' ? false : undefined
    case 'multiple': {
      const chosen = [...new Set(typed)].sort().flatMap((key) => item.options?.[Number(key) - 1]?.value ?? [])
      return chosen.length > 0 ? chosen : undefined
    }
    case 'date':
      return typed.length === 8 ? `${typed.slice(0, 4)}-${typed.slice(4, 6)}-${typed.slice(6)}` : undefined
    default:
      return typed === '' || typed.endsWith('.') ? undefined : Number(typed)
  }
}

/** By the same check that the desk uses. */
function isValid(script: Script, answers: Answers, item: Question, value: Value): boolean {
  try {
    const checked = checkAnswers(script.definition, { ...answers, [item.linkId]: value }, false)
    return item.linkId in checked
  } catch {
    return false
  }
}

function newFlags(script: Script, answers: Answers, state: Dialogue, complete: boolean): string[] {
  return redFlagsOf(script.definition, answers, complete)
    .map((flag) => flag.linkId)
    .filter((linkId) => !state.flagged.includes(linkId))
}

/** Says what is asked at this point. */
function ask(script: Script, state: Dialogue, first: Segment[] = []): Turn {
  return { state, say: [...first, ...asking(script, state)], then: 'listen', flags: [] }
}

function asking(script: Script, { at, language }: Dialogue): Segment[] {
  switch (at.kind) {
    case 'language':
      return languageMenu(script)
    case 'identity':
      return [phrase(script, language, 'identity')]
    case 'question':
      return [{ language, text: questionText(questionAt(script, at.linkId), language) }]
    case 'confirm':
      return [
        phrase(script, language, 'confirm'),
        ...valueWords(script, questionAt(script, at.linkId), at.value, language),
        phrase(script, language, 'confirm-keys'),
      ]
    case 'ended':
      return []
  }
}
