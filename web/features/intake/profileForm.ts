import { type Hl7ProfileDefinition, hl7ProfileDefinition } from '../../../contract/hl7-profile.ts'

export const codeMaps = ['sex', 'class', 'department', 'disposition'] as const
export type FieldLine = { to: string; from: string; value: string }

/** A profile as it is typed: empty text for "as the standard says", code maps as lines `theirs = ours`. */
export type ProfileForm = {
  charset: string
  timeZone: string
  country: string
  site: string
  authority: string
  testMessages: string
  silentMinutes: string
  fields: FieldLine[]
  codes: Record<(typeof codeMaps)[number], string>
}

export function toForm(definition: Hl7ProfileDefinition): ProfileForm {
  const lines = (map: Record<string, string>) =>
    Object.entries(map)
      .map(([theirs, ours]) => `${theirs} = ${ours}`)
      .join('\n')
  const { charset, timeZone, country, site, authority, testMessages, silentMinutes, fields, codes } =
    definition
  return {
    charset: charset ?? '',
    timeZone: timeZone ?? '',
    country: country ?? '',
    site: site ?? '',
    authority,
    testMessages: testMessages ?? '',
    silentMinutes: silentMinutes === null ? '' : String(silentMinutes),
    fields: fields.map((one) => ({ to: one.to, from: one.from ?? '', value: one.value ?? '' })),
    codes: {
      sex: lines(codes.sex),
      class: lines(codes.class),
      department: lines(codes.department),
      disposition: lines(codes.disposition),
    },
  }
}

export const emptyForm = toForm(hl7ProfileDefinition.parse({}))

/** What was typed as a profile, or the place of the first thing that is not right. */
export function fromForm(form: ProfileForm): { definition: Hl7ProfileDefinition } | { problem: string } {
  const map = (text: string) =>
    Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line.trim())
        .map((line) => {
          const at = line.indexOf('=')
          return at === -1 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
        }),
    )
  const parsed = hl7ProfileDefinition.safeParse({
    charset: form.charset || null,
    timeZone: form.timeZone.trim() || null,
    country: form.country.trim().toUpperCase() || null,
    site: form.site.trim() || null,
    authority: form.authority,
    testMessages: form.testMessages || null,
    silentMinutes: form.silentMinutes.trim() ? Number(form.silentMinutes) : null,
    fields: form.fields
      .filter((one) => one.to || one.from || one.value)
      .map((one) => ({ to: one.to.trim(), from: one.from.trim() || null, value: one.value || null })),
    codes: Object.fromEntries(codeMaps.map((name) => [name, map(form.codes[name])])),
  })
  if (parsed.success) return { definition: parsed.data }
  return { problem: parsed.error.issues[0]?.path.map(String).join('.') ?? '' }
}
