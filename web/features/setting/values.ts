import type { SettingView } from '../../../contract/setting.ts'

/** Shares are kept as 0–1 and shown, as people say them, in percent. */
export const isShare = (setting: Pick<SettingView, 'unit'>) => setting.unit === 'share'

const tidy = (value: number) => Number(value.toPrecision(12))

/** What the edit field starts with. */
export function toText(setting: Pick<SettingView, 'kind' | 'unit' | 'value'>): string {
  const { value } = setting
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(isShare(setting) ? tidy(value * 100) : value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export type Parsed =
  | { ok: true; value: string | number }
  | { ok: false; problem: 'number' | 'integer' | 'required' }
  | { ok: false; problem: 'range'; min: number; max: number }

/** Reads what was typed; limits are shown in the displayed unit. */
export function parseValue(
  setting: Pick<SettingView, 'kind' | 'unit' | 'min' | 'max'>,
  typed: string,
): Parsed {
  // Chinese input methods write full-width digits.
  const text = typed.normalize('NFKC').trim()
  if (setting.kind === 'secret')
    return text === '' ? { ok: false, problem: 'required' } : { ok: true, value: typed }
  if (setting.kind !== 'integer' && setting.kind !== 'number') return { ok: true, value: typed.trim() }
  if (text === '') return { ok: false, problem: 'required' }
  const number = Number(text.replace(/%$/, ''))
  if (!Number.isFinite(number)) return { ok: false, problem: 'number' }
  if (setting.kind === 'integer' && !Number.isInteger(number)) return { ok: false, problem: 'integer' }
  const value = isShare(setting) ? tidy(number / 100) : number
  const factor = isShare(setting) ? 100 : 1
  const [min, max] = [setting.min ?? -Infinity, setting.max ?? Infinity]
  if (value < min || value > max) return { ok: false, problem: 'range', min: min * factor, max: max * factor }
  return { ok: true, value }
}
