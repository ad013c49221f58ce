import { comparisonsOf } from '../../../../contract/questionnaire-check.ts'
import type { Condition, Question } from '../../../../contract/questionnaire.ts'
import { type EnableWhen, type Extension, type Item, url } from './terms.ts'

/** Questions that conditions may refer to, matrix rows included, by `linkId`. */
export type Known = ReadonlyMap<string, Question>

type Comparison = Extract<Condition, { fact: string }>
type Flat = { behavior: 'all' | 'any'; parts: EnableWhen[] }

const linkIdOf = (fact: string) => (fact.startsWith('answers.') ? fact.slice('answers.'.length) : null)

/**
 * A condition in FHIR: a flat list with `all` or `any`. Null if a flat list cannot express it.
 *
 * FHIR's `!=` is true before anything was answered, ours is not; FHIR's `=` asks whether one of several answers is equal.
 */
function enableWhenOf(condition: Condition, known: Known): Flat | null {
  if ('all' in condition || 'any' in condition) {
    const behavior = 'all' in condition ? 'all' : 'any'
    const parts = ('all' in condition ? condition.all : condition.any).map((one) => enableWhenOf(one, known))
    const fits = parts.filter((one) => one !== null)
    if (fits.length < parts.length) return null
    if (fits.some((one) => one.behavior !== behavior && one.parts.length > 1)) return null
    return { behavior, parts: fits.flatMap((one) => one.parts) }
  }
  if ('not' in condition) {
    const inner = 'fact' in condition.not ? condition.not : null
    if (!inner || !['=', 'in', 'contains', 'exists'].includes(inner.op)) return null
    const flat = enableWhenOf(inner, known)
    return (
      flat && {
        behavior: 'all',
        parts: flat.parts.map((one) =>
          one.operator === 'exists'
            ? { ...one, answerBoolean: !one.answerBoolean }
            : { ...one, operator: '!=' },
        ),
      }
    )
  }
  return 'fact' in condition ? comparisonAs(condition, known) : null
}

function comparisonAs({ fact, op, value }: Comparison, known: Known): Flat | null {
  const linkId = linkIdOf(fact)
  const question = linkId === null ? undefined : known.get(linkId)
  if (linkId === null || !question) return null
  const exists = (yes: boolean): EnableWhen => ({ question: linkId, operator: 'exists', answerBoolean: yes })
  if (op === 'exists') return { behavior: 'all', parts: [exists(value !== false)] }
  const several = question.type === 'multiple'
  if (op === 'contains') {
    const matching = several && typeof value === 'string' ? optionsFrom(question, value) : []
    const parts = matching.flatMap((one) => answerIs(question, '=', one) ?? [])
    return parts.length > 0 ? { behavior: 'any', parts } : null
  }
  if (several) return null
  if (op === 'in') {
    const parts = Array.isArray(value) ? value.map((one) => answerIs(question, '=', one)) : []
    const fits = parts.filter((one) => one !== null)
    return fits.length > 0 && fits.length === parts.length ? { behavior: 'any', parts: fits } : null
  }
  const part = answerIs(question, op, value)
  if (!part) return null
  return { behavior: 'all', parts: op === '!=' ? [exists(true), part] : [part] }
}

/** Our `contains` takes a code with those below it. */
const optionsFrom = (question: Question, start: string) =>
  (question.options ?? []).map((one) => one.value).filter((one) => one.startsWith(start))

function answerIs(question: Question, operator: EnableWhen['operator'], value: unknown): EnableWhen | null {
  const part = { question: question.linkId, operator }
  const equality = operator === '=' || operator === '!='
  switch (question.type) {
    case 'choice':
    case 'multiple': {
      const option = question.options?.find((one) => one.value === value)
      if (!option || !equality) return null
      return {
        ...part,
        answerCoding: { ...(option.system && { system: option.system }), code: option.value },
      }
    }
    case 'boolean':
      return typeof value === 'boolean' && equality ? { ...part, answerBoolean: value } : null
    case 'integer':
    case 'scale':
      return Number.isInteger(value) ? { ...part, answerInteger: value as number } : null
    case 'decimal':
      return typeof value === 'number' ? { ...part, answerDecimal: value } : null
    case 'date':
      return typeof value === 'string' ? { ...part, answerDate: value } : null
    case 'string':
    case 'text':
      return typeof value === 'string' && equality ? { ...part, answerString: value } : null
    default:
      return null
  }
}

type When = { elements: Pick<Item, 'enableWhen' | 'enableBehavior'>; extension: Extension[] }

/** A question's condition as FHIR: a flat list, else an SDC expression. */
export function whenOf(condition: Condition | undefined, known: Known): When {
  if (!condition) return { elements: {}, extension: [] }
  const flat = enableWhenOf(condition, known)
  if (flat)
    return {
      elements: {
        enableWhen: flat.parts,
        ...(flat.parts.length > 1 && { enableBehavior: flat.behavior }),
      },
      extension: [],
    }
  const expression = fhirPathOf(condition, known)
  return {
    elements: {},
    extension: expression
      ? [{ url: url.enableWhenExpression, valueExpression: { language: 'text/fhirpath', expression } }]
      : [],
  }
}

/** The inverse: FHIR's condition as ours; `wrong` names what we cannot express. */
export function conditionFrom(
  { enableWhen = [], enableBehavior }: Pick<Item, 'enableWhen' | 'enableBehavior'>,
  known: Known,
): { condition: Condition | undefined; wrong: string[] } {
  const wrong: string[] = []
  const parts = enableWhen.flatMap((one) => {
    const read = partFrom(one, known)
    if (read === null) wrong.push(`${one.question} ${one.operator}`)
    return read ?? []
  })
  if (wrong.length > 0 || parts.length === 0) return { condition: undefined, wrong }
  const [only] = parts
  if (parts.length === 1) return { condition: only, wrong }
  // If the sender omits it, asking once too often does the least harm.
  return { condition: enableBehavior === 'all' ? { all: parts } : { any: parts }, wrong }
}

/** Types whose answers can be more or less. */
const ordered = new Set<Question['type']>(['integer', 'scale', 'decimal', 'date'])

const isChoice = ({ type }: Question) => type === 'choice' || type === 'multiple'

function partFrom(part: EnableWhen, known: Known): Condition | null {
  const question = known.get(part.question)
  if (!question) return null
  const fact = `answers.${part.question}`
  if (part.operator === 'exists')
    return part.answerBoolean === false ? { fact, op: 'exists', value: false } : { fact, op: 'exists' }
  const value = valueFrom(part, question)
  if (value === null) return null
  const equality = part.operator === '=' || part.operator === '!='
  if (!equality)
    return typeof value === 'boolean' || !ordered.has(question.type)
      ? null
      : { fact, op: part.operator, value }
  if (question.type === 'multiple' && optionsFrom(question, String(value)).length > 1) return null
  const equal: Condition = { fact, op: question.type === 'multiple' ? 'contains' : '=', value }
  return part.operator === '=' ? equal : { not: equal }
}

function valueFrom(part: EnableWhen, question: Question): string | number | boolean | null {
  const text =
    part.answerString ?? part.answerDate ?? part.answerTime ?? part.answerDateTime ?? part.answerCoding?.code
  const number = part.answerInteger ?? part.answerDecimal ?? part.answerQuantity?.value
  if (isChoice(question)) {
    const value = text ?? (number === undefined ? part.answerCoding?.display : String(number))
    return question.options?.some((one) => one.value === value) ? (value ?? null) : null
  }
  if (question.type === 'boolean') return part.answerBoolean ?? null
  if (['integer', 'scale', 'decimal'].includes(question.type)) return number ?? null
  return ['date', 'string', 'text'].includes(question.type) ? (text ?? null) : null
}

const quoted = (text: string) =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

/** The condition as FHIRPath, if a flat list cannot express it. Null if it needs more than the answers. */
function fhirPathOf(condition: Condition, known: Known): string | null {
  if (comparisonsOf(condition).some(({ fact }) => !known.has(linkIdOf(fact) ?? ''))) return null
  const write = (one: Condition): string | null => {
    if ('all' in one || 'any' in one) {
      const parts = ('all' in one ? one.all : one.any).map(write)
      return parts.includes(null) ? null : `(${parts.join('all' in one ? ' and ' : ' or ')})`
    }
    if ('not' in one) {
      const inner = write(one.not)
      return inner && `${inner}.not()`
    }
    return 'fact' in one ? comparisonPath(one, known) : null
  }
  return write(condition)
}

function comparisonPath({ fact, op, value }: Comparison, known: Known): string | null {
  const linkId = linkIdOf(fact) ?? ''
  const question = known.get(linkId)
  const answer = `%resource.descendants().where(linkId = ${quoted(linkId)}).answer.value`
  if (op === 'exists') return value === false ? `${answer}.exists().not()` : `${answer}.exists()`
  const of = question && isChoice(question) ? 'code' : '$this'
  const literal = (one: unknown) =>
    typeof one !== 'string' ? String(one) : question?.type === 'date' ? `@${one}` : quoted(one)
  if (typeof value === 'object' && !Array.isArray(value)) return null
  if (op === 'contains')
    return typeof value !== 'string'
      ? null
      : `${answer}.where(${of}.${question?.type === 'multiple' ? 'startsWith' : 'contains'}(${quoted(value)})).exists()`
  if (op === 'in')
    return Array.isArray(value) && value.length > 0
      ? `${answer}.where(${value.map((one) => `${of} = ${literal(one)}`).join(' or ')}).exists()`
      : null
  return `${answer}.where(${of} ${op} ${literal(value)}).exists()`
}
