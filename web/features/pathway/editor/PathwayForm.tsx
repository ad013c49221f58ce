import { Button } from 'antd'
import { DeleteOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PathwayDefinition } from '../../../../contract/pathway.ts'
import { listSettings } from '../../../../contract/setting.ts'
import { useCall } from '../../../query.ts'
import { AreaField, NumberField, PickField, TextField } from '../../../ui/fields.ts'
import { useSettingWords } from '../../setting/useSettingWords.ts'
import { useStepWords } from '../useStepWords.ts'
import { EntryFields } from './EntryFields.tsx'
import { StopFields } from './StopFields.tsx'
import { usePicks } from './usePicks.ts'

type FormProps = {
  definition: PathwayDefinition
  onChange: (patch: Partial<PathwayDefinition>, field: string) => void
}

/** What holds for the whole pathway: who enters, what ends it, and the rules its steps count by. */
export function PathwayForm({ definition, onChange }: FormProps) {
  const { t } = useTranslation()
  const { purposes } = usePicks(definition)
  return (
    <div className="stack">
      <PickField
        label={t('pathways.purpose')}
        value={definition.purpose}
        options={purposes}
        onChange={(purpose) => onChange({ purpose: purpose as typeof definition.purpose }, 'purpose')}
      />
      <EntryFields definition={definition} onChange={onChange} />
      <StopFields rules={definition.stopOn} onChange={(stopOn) => onChange({ stopOn }, 'stopOn')} />
      <Rules definition={definition} onChange={onChange} />
      <AreaField
        label={t('pathways.source')}
        value={definition.source ?? ''}
        maxLength={600}
        onChange={(source) => onChange({ source: source || undefined }, 'source')}
      />
    </div>
  )
}

/** The numbers of a pathway by name: read from a setting when somebody enters, or written here. */
function Rules({ definition, onChange }: FormProps) {
  const { t } = useTranslation()
  const words = useStepWords(definition)
  const setting = useSettingWords()
  const settings = useCall(listSettings)
  const { variables } = definition
  const [name, setName] = useState('')
  const numeric = (settings.data?.items ?? []).filter(({ kind }) => kind === 'integer' || kind === 'number')
  const fresh = numeric.filter(
    ({ key }) => !Object.values(variables).some((one) => 'setting' in one && one.setting === key),
  )
  const set = (next: PathwayDefinition['variables'], field: string) => onChange({ variables: next }, field)
  const free = name.trim() !== '' && !Object.hasOwn(variables, name.trim())
  return (
    <fieldset className="field-set">
      <legend>{t('pathways.variables')}</legend>
      {Object.entries(variables).map(([key, source]) => {
        const { name: title, value } = words.variable(key)
        return (
          <div key={key} className="rule-line">
            {'value' in source ? (
              <NumberField
                label={key}
                value={source.value}
                step="any"
                onChange={(next) => set({ ...variables, [key]: { value: next } }, `variables.${key}`)}
              />
            ) : (
              <span>
                {title} <b>{value}</b> <span className="secondary small">{t('pathways.fromSetting')}</span>
              </span>
            )}
            <button
              type="button"
              className="icon-button"
              aria-label={t('editor.ruleRemove', { name: title })}
              onClick={() =>
                set(Object.fromEntries(Object.entries(variables).filter(([one]) => one !== key)), 'variables')
              }
            >
              <DeleteOutlined aria-hidden />
            </button>
          </div>
        )
      })}
      <PickField
        label={t('editor.ruleAdd')}
        value=""
        none={t('editor.choose')}
        options={fresh.map(({ key }) => ({ value: key, text: setting.name(key) }))}
        onChange={(key) =>
          key && set({ ...variables, [nameOf(key, variables)]: { setting: key } }, 'variables')
        }
      />
      <form
        className="rule-line"
        onSubmit={(event) => {
          event.preventDefault()
          if (free) set({ ...variables, [name.trim()]: { value: 1 } }, 'variables')
          setName('')
        }}
      >
        <TextField inline label={t('editor.ruleName')} maxLength={40} value={name} onChange={setName} />
        <Button htmlType="submit" disabled={!free}>
          {t('editor.ruleFixed')}
        </Button>
      </form>
      <p className="secondary small">{t('pathways.variablesHint')}</p>
    </fieldset>
  )
}

/** `follow-up.level-1.days` as `level1Days`, with a number when that is taken. */
function nameOf(key: string, taken: object): string {
  const [first = key, ...rest] = key.split(/[.-]/).slice(2)
  const base = [first, ...rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1))].join('')
  let name = base
  for (let n = 2; Object.hasOwn(taken, name); n++) name = `${base}${n}`
  return name
}
