import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition } from '../../../contract/questionnaire.ts'
import {
  createSegment,
  getSegment,
  listSegments,
  type Segment,
  updateSegment,
} from '../../../contract/segment.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { choices, FieldRow, PickField, TextField } from '../../ui/fields.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { FormNotices } from '../../ui/FormDialog.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useSettled } from '../pathway/editor/useSettled.ts'
import { useConditionWords } from '../questionnaire/useConditionWords.ts'
import { Preview } from './Preview.tsx'
import { RuleBuilder } from './RuleBuilder.tsx'
import { useRuleFacts } from './useRuleFacts.ts'

/** A new segment, one from a copy or from the overview, or the rule of one that exists. */
export default function SegmentEditPage() {
  const { id } = useParams({ strict: false })
  const [filters] = useFilters()
  const source = id ?? first(filters['copy'])
  const known = useCall(getSegment, { params: { id: Number(source) } }, { enabled: source !== undefined })
  if (source === undefined) return <Editor segment={null} start={readRule(first(filters['rule']))} />
  if (!known.data) return <Unloaded page query={known} />
  return <Editor segment={id === undefined ? null : known.data} start={known.data.rule} copied={known.data} />
}

const usual: Condition = {
  all: [
    { fact: 'person.ageYears', op: '>=', value: 60 },
    { fact: 'person.daysSinceVisit', op: '>', value: 180 },
  ],
}

/** A rule from the overview, in the address; whatever else stands there is none. */
function readRule(text: string | undefined): Condition {
  try {
    return text ? (JSON.parse(text) as Condition) : usual
  } catch {
    return usual
  }
}

const wait = 400

function Editor({
  segment,
  start,
  copied,
}: {
  segment: Segment | null
  start: Condition | null
  copied?: Segment
}) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const facts = useRuleFacts()
  const inWords = useConditionWords()
  const sites = useCall(listSites)
  const [rule, setRule] = useState<Condition | null>(start)
  const settled = useSettled(rule, wait)
  const mine = me.grants.flatMap((grant) => grant.siteId ?? [])
  const reachesAll = me.permissions['segment.write'] === 'all'
  const open = (id: number) => void navigate({ to: '/segments/$id', params: { id: String(id) } })
  const form = useContractForm(segment ? updateSegment : createSegment, {
    latest: async () => (segment ? call(getSegment, { params: { id: segment.id } }) : undefined),
    ...(segment && { params: { id: segment.id } }),
    values: segment
      ? { name: segment.name, version: segment.version, rule: start }
      : {
          name: copied ? t('segments.copyOf', { name: copied.name }) : '',
          code: '',
          siteId: copied?.siteId ?? mine[0] ?? null,
          rule: start,
        },
    toBody: (values) => ({ ...values, rule }),
    done: t('segments.saved'),
    stale: [listSegments, getSegment],
    onDone: (saved) => open(saved.id),
  })
  const siteId = segment ? segment.siteId : Number(form.pick('siteId').value) || null
  return (
    <form
      className="page"
      id={form.id}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
    >
      <PageHeader
        title={segment ? t('segments.editTitle', { name: segment.name }) : t('segments.newTitle')}
        extra={
          <>
            <Link to="/segments">{t('segments.back')}</Link>
            <Button type="primary" htmlType="submit" loading={form.saving} disabled={rule === null}>
              {t('common.save')}
            </Button>
          </>
        }
      />
      <div className="segment-edit">
        <div className="stack">
          <FormNotices form={form} />
          <div className="panel stack">
            <FieldRow>
              <TextField label={t('segments.name')} {...form.text('name')} />
              {!segment && (
                <TextField
                  mono
                  label={t('segments.code')}
                  hint={t('segments.codeHint')}
                  {...form.text('code')}
                />
              )}
            </FieldRow>
            {!segment && (
              <PickField
                label={t('segments.site')}
                {...form.pick('siteId')}
                {...(reachesAll && { none: t('segments.allSites') })}
                options={choices(
                  (sites.data?.sites ?? []).filter((site) => reachesAll || mine.includes(site.id)),
                )}
              />
            )}
          </div>
          <section aria-label={t('segments.builder')}>
            <h2>{t('segments.builder')}</h2>
            <RuleBuilder condition={rule} facts={facts} onChange={setRule} />
          </section>
          {settled && <p className="secondary">{inWords(settled)}</p>}
        </div>
        {settled && <Preview condition={settled} siteId={siteId} />}
      </div>
    </form>
  )
}
