import { useTranslation } from 'react-i18next'
import type { SettingView } from '../../../contract/setting.ts'
import { percent } from '../../format/number.ts'
import { isShare, toText } from './values.ts'

type Shown = Pick<SettingView, 'kind' | 'unit' | 'choices'>

/** Names, units and values of settings in the reader's language; a setting we have no words for keeps its key. */
export function useSettingWords() {
  const { t, i18n } = useTranslation()
  const known = (key: string, fallback: string) => (i18n.exists(key) ? String(t(key as never)) : fallback)
  const name = (key: string) => known(`settings.name.${key.replaceAll('.', '_')}`, key)
  const unit = (code: string | null) => (code ? known(`settings.unit.${code}`, code) : '')
  const choice = (value: string) => known(`settings.choice.${value}`, value)
  const value = (setting: Shown, of: unknown): string => {
    if (typeof of === 'boolean') return t(of ? 'settings.on' : 'settings.off')
    if (typeof of === 'number') {
      if (isShare(setting)) return percent(of)
      return [String(of), unit(setting.unit)].filter(Boolean).join(' ')
    }
    if (setting.kind === 'choice' && typeof of === 'string') return choice(of)
    return toText({ ...setting, value: of }) || t('settings.empty')
  }
  /** Where a default comes from; the server tells it in English. */
  const source = (setting: Pick<SettingView, 'key' | 'source'>) =>
    known(`settings.sourceOf.${setting.key.replaceAll('.', '_')}`, setting.source)
  return { name, unit, choice, value, source }
}
