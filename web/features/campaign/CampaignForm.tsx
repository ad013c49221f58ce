import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import {
  campaignGoal,
  type CampaignBody,
  type CampaignDetail,
  type CampaignPlan,
  createCampaign,
  getCampaign,
  listCampaigns,
  previewCampaign,
  updateCampaign,
} from '../../../contract/campaign.ts'
import { purposes } from '../../../contract/contact.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { CheckField, DateField, FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormNotices } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { AudienceFields } from './AudienceFields.tsx'
import { EntryFields } from './EntryFields.tsx'
import { entryFor } from './presets.ts'
import { WaveFields } from './WaveFields.tsx'

type CampaignFormProps = {
  start: CampaignBody
  edited?: CampaignDetail
  latest?: () => Promise<object | undefined>
  onSaved: (campaign: CampaignDetail) => void
}

const levels = [1, 2, 3, 4] as const

/** The whole plan of a campaign on one page, in the order in which one thinks of it. */
export function CampaignForm({ start, edited, latest, onSaved }: CampaignFormProps) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const sites = useCall(listSites)
  const form = useContractForm((edited ? updateCampaign : createCampaign) as typeof updateCampaign, {
    ...(edited && { params: { id: edited.id } }),
    values: edited ? { ...start, version: edited.version } : start,
    toBody: (values) => (edited ? values : { ...values, version: 0 }),
    done: t('campaigns.saved'),
    stale: [getCampaign, listCampaigns, previewCampaign],
    onDone: onSaved,
    latest: latest ?? (() => Promise.resolve(undefined)),
  })
  const values = form.values as CampaignBody
  const { plan } = values
  const setPlan = (patch: Partial<CampaignPlan>) => form.change({ plan: { ...plan, ...patch } })
  const everywhere = me.permissions['campaign.write'] === 'all'
  const share = (name: 'holdOut' | 'expectedRate') => {
    const { value, ...rest } = form.number(name)
    return {
      ...rest,
      min: 0,
      max: name === 'holdOut' ? 90 : 100,
      value: value === null ? null : Math.round(value * 10_000) / 100,
      onChange: (next: number) => form.change({ [name]: Math.round(next * 100) / 10_000 }),
    }
  }
  return (
    <form
      className="campaign-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
    >
      <FormNotices form={form} />
      <Section title={t('campaigns.section.basics')}>
        <TextField label={t('campaigns.name')} {...form.text('name')} autoFocus />
        <FieldRow>
          <PickField
            label={t('campaigns.level')}
            hint={t(`campaigns.levelHints.${values.level}`)}
            value={String(values.level)}
            options={levels.map((value) => ({ value: String(value), text: t(`campaigns.levels.${value}`) }))}
            onChange={(value) => {
              const level = Number(value)
              const keeps = level <= 2 === (plan.entry.kind === 'once')
              form.change({
                level,
                plan: {
                  ...plan,
                  ...(!keeps && { entry: entryFor(level) }),
                  ...(level === 1 && { groups: [] }),
                },
              })
            }}
          />
          <PickField
            label={t('campaigns.purpose')}
            value={values.purpose}
            // Care belongs in a pathway; an emergency is clinical of itself.
            options={purposes
              .filter((value) => values.emergency === (value === 'clinical'))
              .map((value) => ({ value, text: code('purpose', value) }))}
            onChange={(purpose) => form.change({ purpose })}
          />
          <PickField
            label={t('campaigns.site')}
            value={values.siteId === null ? '' : String(values.siteId)}
            {...(everywhere && { none: t('campaigns.allSites') })}
            options={(sites.data?.sites ?? [])
              .filter((site) => everywhere || me.grants.some((one) => one.siteId === site.id))
              .map((site) => ({ value: String(site.id), text: site.name }))}
            onChange={(value) => form.change({ siteId: value === '' ? null : Number(value) })}
          />
        </FieldRow>
        <CheckField
          label={t('campaigns.emergency')}
          checked={values.emergency}
          onChange={(emergency) =>
            form.change(
              emergency
                ? { emergency, purpose: 'clinical', holdOut: 0 }
                : { emergency, purpose: 'service', holdOut: 0.1 },
            )
          }
        />
        {values.emergency && <p className="secondary small">{t('campaigns.emergencyHint')}</p>}
      </Section>
      <Section title={t('campaigns.section.audience')}>
        <AudienceFields plan={plan} siteId={values.siteId} grouped={values.level > 1} onChange={setPlan} />
      </Section>
      <Section title={t('campaigns.section.entry')}>
        <EntryFields plan={plan} level={values.level} onChange={setPlan}>
          <DateField
            label={t('campaigns.endsOn')}
            hint={t('campaigns.endsOnHint')}
            {...form.text('endsOn')}
          />
        </EntryFields>
      </Section>
      <Section title={t('campaigns.section.waves')} hint={t('campaigns.waveHint')}>
        <WaveFields plan={plan} onChange={setPlan} />
      </Section>
      <Section title={t('campaigns.section.trial')}>
        <FieldRow>
          <PickField
            label={t('campaigns.goal')}
            hint={t(`campaigns.goalHints.${values.goal}`)}
            value={values.goal}
            options={campaignGoal.options.map((value) => ({ value, text: t(`campaigns.goals.${value}`) }))}
            onChange={(goal) => form.change({ goal })}
          />
          <NumberField label={t('campaigns.windowDays')} {...form.number('windowDays')} />
          <NumberField
            label={t('campaigns.holdOut')}
            hint={t('campaigns.holdOutHint')}
            disabled={values.emergency}
            {...share('holdOut')}
          />
        </FieldRow>
      </Section>
      <Section title={t('campaigns.section.money')}>
        <FieldRow>
          <NumberField
            label={t('campaigns.budget')}
            hint={t('campaigns.budgetHint')}
            {...form.number('budget')}
          />
          <NumberField label={t('campaigns.valuePerVisit')} {...form.number('valuePerVisit')} />
          <NumberField label={t('campaigns.expectedRate')} {...share('expectedRate')} />
        </FieldRow>
        <FieldRow>
          <NumberField
            label={t('campaigns.economicScore')}
            hint={t('campaigns.scoreHint')}
            {...form.number('economicScore')}
          />
          <NumberField label={t('campaigns.strategicScore')} {...form.number('strategicScore')} />
        </FieldRow>
      </Section>
      <div className="form-foot campaign-foot">
        {Object.keys(form.errors).length > 0 && (
          <span className="field-error">
            {form.errors['plan'] ?? t('common.form.gaps', { n: Object.keys(form.errors).length })}
          </span>
        )}
        <Button type="primary" htmlType="submit" loading={form.saving}>
          {t('campaigns.save')}
        </Button>
      </div>
    </form>
  )
}

function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="panel stack" aria-label={title}>
      <h2>{title}</h2>
      {hint && <p className="secondary small">{hint}</p>}
      {children}
    </section>
  )
}
