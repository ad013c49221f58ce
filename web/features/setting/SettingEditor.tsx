import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SettingView } from '../../../contract/setting.ts'
import { useSettingWords } from './useSettingWords.ts'
import { isShare, parseValue, toText } from './values.ts'
import { TextField } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

type SettingEditorProps = {
  setting: SettingView
  name: string
  busy: boolean
  onSave: (value: unknown) => void
  onCancel: () => void
}

export function SettingEditor({ setting, name, busy, onSave, onCancel }: SettingEditorProps) {
  const { t } = useTranslation()
  const words = useSettingWords()
  const [text, setText] = useState(() => (setting.kind === 'secret' ? '' : toText(setting)))
  const [touched, setTouched] = useState(false)
  const parsed = parseValue(setting, text)
  const numeric = setting.kind === 'integer' || setting.kind === 'number'
  const picked = setting.kind === 'boolean' || setting.kind === 'choice'
  const factor = isShare(setting) ? 100 : 1
  const save = () => {
    setTouched(true)
    if (setting.kind === 'boolean') onSave(text === 'true')
    else if (parsed.ok) onSave(parsed.value)
  }
  const options =
    setting.kind === 'boolean'
      ? [
          { value: 'true', text: t('settings.on') },
          { value: 'false', text: t('settings.off') },
        ]
      : (setting.choices ?? []).map((value) => ({ value, text: words.choice(value) }))

  return (
    <form
      className="setting-editor"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel()
      }}
    >
      <span className="setting-field">
        {picked ? (
          <SelectFilter label={name} value={text} options={options} onChange={(next = '') => setText(next)} />
        ) : (
          <TextField
            inline
            {...(numeric && { className: 'is-number', inputMode: 'decimal' as const })}
            label={name}
            error={touched && !parsed.ok ? name : undefined}
            type={setting.kind === 'secret' ? 'password' : 'text'}
            autoComplete={setting.kind === 'secret' ? 'new-password' : 'off'}
            // The row was just opened for this field.
            autoFocus
            value={text}
            onChange={(next) => {
              setText(next)
              setTouched(true)
            }}
          />
        )}
        {setting.unit && <span className="secondary">{words.unit(setting.unit)}</span>}
      </span>
      {numeric && setting.min !== null && setting.max !== null && (parsed.ok || !touched) && (
        <span className="secondary small">
          {setting.min * factor}–{setting.max * factor}
        </span>
      )}
      {touched && !parsed.ok && (
        <span className="field-error" role="alert">
          {parsed.problem === 'range'
            ? t('settings.problem.range', { min: parsed.min, max: parsed.max })
            : t(`settings.problem.${parsed.problem}`)}
        </span>
      )}
      <span className="button-line">
        <Button htmlType="submit" disabled={busy}>
          {t('common.save')}
        </Button>
        <button type="button" className="plain-button" onClick={onCancel}>
          {t('common.cancel')}
        </button>
      </span>
    </form>
  )
}
