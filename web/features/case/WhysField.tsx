import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/fields.ts'

/** Five times why, each asked once the one before is answered. */
export function WhysField({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const { t } = useTranslation()
  const shown = Math.min(5, value.findLastIndex((why) => why.trim() !== '') + 2)
  return (
    <fieldset className="field-set stack">
      <legend>{t('improvements.whys')}</legend>
      {Array.from({ length: shown }, (_, at) => (
        <TextField
          key={at}
          label={t('improvements.why', { n: at + 1 })}
          value={value[at] ?? ''}
          onChange={(text) =>
            onChange(
              Array.from({ length: shown }, (__, index) => (index === at ? text : (value[index] ?? ''))),
            )
          }
        />
      ))}
    </fieldset>
  )
}
