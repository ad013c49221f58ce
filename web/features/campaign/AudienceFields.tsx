import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CampaignPlan } from '../../../contract/campaign.ts'
import { FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { useSegments } from './useSegments.ts'

type AudienceFieldsProps = {
  plan: CampaignPlan
  siteId: number | null
  /** Groups and variants may be made. */
  grouped: boolean
  onChange: (patch: Partial<CampaignPlan>) => void
}

/** For whom: a segment without others, split into groups and at random into variants. */
export function AudienceFields({ plan, siteId, grouped, onChange }: AudienceFieldsProps) {
  const { t } = useTranslation()
  const { options, none } = useSegments(siteId)
  const { audience, groups } = plan
  const setGroup = (at: number, patch: Partial<CampaignPlan['groups'][number]>) =>
    onChange({ groups: groups.map((one, n) => (n === at ? { ...one, ...patch } : one)) })
  const left = options.filter(({ value }) => value !== audience.segment && !audience.without.includes(value))
  return (
    <>
      <FieldRow>
        <PickField
          label={t('campaigns.segment')}
          {...(none && { hint: t('campaigns.noSegments') })}
          none={t('campaigns.everybody')}
          value={audience.segment ?? ''}
          options={options}
          onChange={(segment) =>
            onChange({ audience: { ...audience, segment: segment === '' ? null : segment } })
          }
        />
        <PickField
          label={t('campaigns.without')}
          value=""
          placeholder={t('common.none')}
          options={left}
          onChange={(segment) =>
            segment !== '' && onChange({ audience: { ...audience, without: [...audience.without, segment] } })
          }
        />
        <NumberField
          label={t('campaigns.variants')}
          hint={t('campaigns.variantsHint')}
          min={1}
          max={4}
          value={plan.variants}
          onChange={(variants) => onChange({ variants })}
        />
      </FieldRow>
      {audience.without.length > 0 && (
        <div className="tag-line">
          {audience.without.map((segment) => (
            <button
              key={segment}
              type="button"
              className="chip"
              aria-pressed
              onClick={() =>
                onChange({
                  audience: { ...audience, without: audience.without.filter((one) => one !== segment) },
                })
              }
            >
              {options.find(({ value }) => value === segment)?.text ?? segment} ×
            </button>
          ))}
        </div>
      )}
      {grouped && (
        <>
          {groups.length > 0 && <p className="secondary small">{t('campaigns.groupsHint')}</p>}
          {groups.map((group, at) => (
            <div key={group.key} className="group-line">
              <TextField
                label={t('campaigns.groupName')}
                value={group.name}
                maxLength={60}
                onChange={(name) => setGroup(at, { name })}
              />
              <PickField
                label={t('campaigns.segment')}
                value={group.segment}
                options={options}
                onChange={(segment) =>
                  setGroup(at, {
                    segment,
                    ...(group.name === '' && {
                      name: options.find(({ value }) => value === segment)?.text ?? '',
                    }),
                  })
                }
              />
              <button
                type="button"
                className="plain-button"
                onClick={() =>
                  onChange({
                    groups: groups.filter((_, n) => n !== at),
                    waves: plan.waves.map((wave) => ({
                      ...wave,
                      scripts: wave.scripts.map((one) =>
                        one.group === group.key ? { ...one, group: null } : one,
                      ),
                    })),
                  })
                }
              >
                {t('campaigns.removeGroup')}
              </button>
            </div>
          ))}
          {groups.length < 6 && options.length > 0 && (
            <div>
              <Button
                onClick={() => {
                  const used = groups.map((one) => one.key)
                  const key = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find((one) => !used.includes(one)) ?? 'h'
                  onChange({ groups: [...groups, { key, name: '', segment: '' }] })
                }}
              >
                {t('campaigns.addGroup')}
              </Button>
            </div>
          )}
        </>
      )}
    </>
  )
}
