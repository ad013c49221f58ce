import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CampaignPlan, CampaignWave } from '../../../contract/campaign.ts'
import { variants } from '../../../contract/pathway.ts'
import { CheckField, FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { ActionFields } from './ActionFields.tsx'
import { message } from './presets.ts'

type WaveFieldsProps = {
  plan: CampaignPlan
  onChange: (patch: Partial<CampaignPlan>) => void
}

/** What happens when, and to whom. */
export function WaveFields({ plan, onChange }: WaveFieldsProps) {
  const { t } = useTranslation()
  const { waves } = plan
  const setWave = (at: number, wave: CampaignWave) =>
    onChange({ waves: waves.map((one, n) => (n === at ? wave : one)) })
  return (
    <>
      {waves.map((wave, at) => (
        <fieldset key={at} className="field-set">
          <legend>{t('campaigns.wave', { n: at + 1 })}</legend>
          <Wave plan={plan} wave={wave} onChange={(next) => setWave(at, next)} />
          {waves.length > 1 && (
            <button
              type="button"
              className="plain-button"
              onClick={() => onChange({ waves: waves.filter((_, n) => n !== at) })}
            >
              {t('campaigns.removeWave')}
            </button>
          )}
        </fieldset>
      ))}
      {waves.length < 8 && (
        <div>
          <Button
            onClick={() =>
              onChange({
                waves: [
                  ...waves,
                  {
                    name: '',
                    afterDays: (waves.at(-1)?.afterDays ?? 0) + 7,
                    hours: waves.at(-1)?.hours ?? { from: 9, to: 18, workingDaysOnly: false },
                    scripts: [message('', '')],
                  },
                ],
              })
            }
          >
            {t('campaigns.addWave')}
          </Button>
        </div>
      )}
    </>
  )
}

function Wave({
  plan,
  wave,
  onChange,
}: {
  plan: CampaignPlan
  wave: CampaignWave
  onChange: (wave: CampaignWave) => void
}) {
  const { t } = useTranslation()
  const { hours, scripts } = wave
  const set = (patch: Partial<CampaignWave>) => onChange({ ...wave, ...patch })
  const setScript = (at: number, patch: Partial<(typeof scripts)[number]>) =>
    set({ scripts: scripts.map((one, n) => (n === at ? { ...one, ...patch } : one)) })
  return (
    <>
      <FieldRow>
        <TextField
          label={t('campaigns.waveName')}
          maxLength={60}
          value={wave.name}
          onChange={(name) => set({ name })}
        />
        <NumberField
          label={t('campaigns.afterDays')}
          min={0}
          max={365}
          value={wave.afterDays}
          onChange={(afterDays) => set({ afterDays })}
        />
        <NumberField
          label={t('campaigns.hoursFrom')}
          min={0}
          max={23}
          value={hours.from}
          onChange={(from) => set({ hours: { ...hours, from } })}
        />
        <NumberField
          label={t('campaigns.hoursTo')}
          min={1}
          max={24}
          value={hours.to}
          onChange={(to) => set({ hours: { ...hours, to } })}
        />
      </FieldRow>
      <CheckField
        label={t('campaigns.workingDaysOnly')}
        checked={hours.workingDaysOnly}
        onChange={(workingDaysOnly) => set({ hours: { ...hours, workingDaysOnly } })}
      />
      {scripts.map((script, at) => (
        <div key={at} className="script">
          {(plan.groups.length > 0 || plan.variants > 1 || scripts.length > 1) && (
            <FieldRow>
              {plan.groups.length > 0 && (
                <PickField
                  label={t('campaigns.script')}
                  none={t('campaigns.others')}
                  value={script.group ?? ''}
                  options={plan.groups.map((one) => ({ value: one.key, text: one.name }))}
                  onChange={(group) => setScript(at, { group: group === '' ? null : group })}
                />
              )}
              {plan.variants > 1 && (
                <PickField
                  label={t('campaigns.variants')}
                  none={t('campaigns.anyVariant')}
                  value={script.variant ?? ''}
                  options={variants
                    .slice(0, plan.variants)
                    .map((value) => ({ value, text: t('campaigns.variant', { name: value }) }))}
                  onChange={(variant) =>
                    setScript(at, { variant: variants.find((one) => one === variant) ?? null })
                  }
                />
              )}
              {scripts.length > 1 && (
                <button
                  type="button"
                  className="plain-button"
                  onClick={() => set({ scripts: scripts.filter((_, n) => n !== at) })}
                >
                  {t('campaigns.removeScript')}
                </button>
              )}
            </FieldRow>
          )}
          <ActionFields action={script.action} onChange={(action) => setScript(at, { action })} />
        </div>
      ))}
      {(plan.groups.length > 0 || plan.variants > 1) && scripts.length < 24 && (
        <div>
          <Button
            onClick={() =>
              set({
                // Before the one for everybody, which takes whoever is left.
                scripts: [
                  { ...message('', ''), group: plan.groups[0]?.key ?? null, variant: null },
                  ...scripts,
                ],
              })
            }
          >
            {t('campaigns.addScript')}
          </Button>
        </div>
      )}
    </>
  )
}
