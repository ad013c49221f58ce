import type { ClinicalFact } from '../../../contract/timeline.ts'
import type { Coding, Concept, FhirIdentifier, HumanName } from './schema.ts'

/** Text of a concept, else the display of its first coding. */
export function conceptText(concept: Concept | undefined): string | null {
  const coding = concept?.coding?.[0]
  return concept?.text ?? coding?.display ?? coding?.code ?? null
}

/** ICD-10 and its national editions first, because pathways and figures use them; else the first coding. */
export function mainCoding(concept: Concept | undefined): Coding | undefined {
  const codings = concept?.coding ?? []
  return (
    codings.find((one) => one.code && /icd-?10/i.test(one.system ?? '')) ?? codings.find((one) => one.code)
  )
}

/** Why a diagnosis or an allergy does not hold: `refuted` or `entered-in-error`. */
export function withdrawnAs(verification: Concept | undefined): string | undefined {
  return (verification?.coding ?? [])
    .map((one) => one.code)
    .find((code) => code !== undefined && withdrawn.has(code))
}
const withdrawn = new Set(['entered-in-error', 'refuted'])

/** A concept as the timeline shows it. */
export function factCode(concept: Concept | undefined, fallback: string): ClinicalFact['code'] {
  const coding = mainCoding(concept)
  return {
    ...(coding?.system && { system: coding.system }),
    ...(coding?.code && { code: coding.code }),
    text: conceptText(concept) ?? fallback,
  }
}

/**
 * Chinese names are written without a space, Latin ones given name first. A Chinese text goes before its transcription, which some send in
 * the parts (TW Core: text 陳加玲, family Chen).
 */
export function nameText(names: HumanName[] | undefined): string | null {
  const name =
    names?.find((one) => one.use === 'official') ?? names?.find((one) => one.use !== 'old') ?? names?.[0]
  if (!name) return null
  const { family = '', given = [] } = name
  const text = name.text?.trim() ?? ''
  if (/\p{Script=Han}/u.test(text) && !/\p{Script=Han}/u.test(family + given.join(''))) return text
  if (family === '' && given.length === 0) return name.text?.trim() || null
  return /\p{Script=Han}/u.test(family + given.join('')) && !/[A-Za-z]/.test(family + given.join(''))
    ? family + given.join('')
    : [...given, family].filter(Boolean).join(' ')
}

/** Search terms of a coded element: by system and code, by code alone, by system alone. */
export function codingTerms(name: string, codings: Coding[]): string[] {
  return codings.flatMap(({ system, code }) => {
    if (code === undefined) return []
    const value = code.toLowerCase()
    return system === undefined
      ? [`${name}:${value}`, `${name}:|${value}`]
      : [`${name}:${value}`, `${name}:${system}|${value}`, `${name}:${system}|`]
  })
}

export function conceptTerms(name: string, concepts: (Concept | undefined)[]): string[] {
  return codingTerms(
    name,
    concepts.flatMap((one) => one?.coding ?? []),
  )
}

/** @param identifiers a list, or in a QuestionnaireResponse one */
export function identifierTerms(identifiers: FhirIdentifier | FhirIdentifier[] | undefined): string[] {
  return codingTerms(
    'identifier',
    [identifiers ?? []].flat().map(({ system, value }) => ({ system, code: value })),
  )
}

/** Every part of every name, and every full name. */
export function nameTerms(names: HumanName[] | undefined): string[] {
  return (names ?? [])
    .flatMap(({ text, family, given = [] }) => [text, family, ...given, [family, ...given].join('')])
    .flatMap((part) => (part ? [`name:${part.toLowerCase().trim()}`] : []))
}
