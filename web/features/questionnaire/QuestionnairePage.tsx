import { LinkButton } from '../../ui/LinkButton.tsx'
import { Button } from 'antd'
import './questionnaire.css'
import { ArrowLeftOutlined, FlagFilled } from '@ant-design/icons'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import {
  type Band,
  type Condition,
  type Question,
  exportQuestionnaire,
  getQuestionnaire,
} from '../../../contract/questionnaire.ts'
import { listVersions } from '../../../contract/questionnaire-design.ts'
import { addressOf } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useLocalized } from '../task/localized.ts'
import { bandTone } from '../task/ScoreText.tsx'
import { useConditionWords } from './useConditionWords.ts'
import { SourceText } from './SourceText.tsx'

export default function QuestionnairePage() {
  const { t } = useTranslation()
  const localized = useLocalized()
  const { id } = useParams({ strict: false })
  const questionnaire = useCall(getQuestionnaire, { params: { id: Number(id) } })
  const writes = may(useMe(), 'questionnaire.write')
  const { data } = questionnaire
  const inWords = useConditionWords({ questions: data?.items ?? [] })
  const flags = data?.items.filter((one) => one.redFlag).length ?? 0
  const back = (
    <LinkButton to="/questionnaires">
      <ArrowLeftOutlined aria-hidden /> {t('questionnaires.back')}
    </LinkButton>
  )
  if (questionnaire.isError || !data) return <Unloaded page query={questionnaire} height={320} />
  const extra = (
    <>
      {back}
      <Button href={addressOf(exportQuestionnaire, { params: { id: data.id } })} download>
        {t('questionnaires.exportFhir')}
      </Button>
      {writes && (
        <>
          <LinkButton to="/questionnaires/new" search={{ copy: String(data.id) } as never}>
            {t('designer.copyIt')}
          </LinkButton>
          <LinkButton to="/questionnaires/$id/edit" params={{ id: String(data.id) }}>
            {t('designer.edit')}
          </LinkButton>
        </>
      )}
    </>
  )
  return (
    <div className="page">
      <PageHeader title={localized(data.title)} extra={extra}>
        <div className="tag-line sheet-facts">
          <span className="secondary">
            {t('questionnaires.versionOf', { n: data.version })} · <code>{data.code}</code>
            {data.source && (
              <>
                {' · '}
                <SourceText code={data.code} source={data.source} />
              </>
            )}
          </span>
          {flags > 0 && <StatusTag tone="danger">{t('questionnaires.redFlagCount', { n: flags })}</StatusTag>}
          {data.scoring === 'sum' && <StatusTag tone="info">{t('questionnaires.scored')}</StatusTag>}
        </div>
      </PageHeader>
      <article className="panel sheet">
        <p className="secondary small">{t('questionnaires.preview')}</p>
        {data.script && (
          <blockquote className="sheet-script">
            <span className="secondary small">{t('questionnaires.script')}</span>
            <p className="pre-line">{localized(data.script)}</p>
          </blockquote>
        )}
        <ol>
          {data.items.map((question) => (
            <QuestionView key={question.linkId} question={question} inWords={inWords} />
          ))}
        </ol>
        {data.bands && <BandsView bands={data.bands} />}
        {data.licence && (
          <p className="secondary small">
            {t('questionnaires.band.licence')}
            <span lang="en">{data.licence}</span>
          </p>
        )}
      </article>
      <Versions id={data.id} />
    </div>
  )
}

function QuestionView({
  question,
  inWords,
}: {
  question: Question
  inWords: (condition: Condition) => string
}) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const text = localized(question.text)
  if (question.type === 'group') {
    return (
      <li className="sheet-group">
        <h2>{text}</h2>
      </li>
    )
  }
  if (question.type === 'display') return <li className="sheet-display">{text}</li>
  return (
    <li className={`sheet-question ${question.redFlag ? 'has-flag' : ''}`}>
      <div className="sheet-text">
        {text}
        {question.required && (
          <span className="question-required"> *{t('questionnaires.required')}</span>
        )}{' '}
        <span className="secondary small">
          {t(`questionnaires.type.${question.type}`)}
          {question.maxPhotos !== undefined && ` · ${t('desk.photo.most', { n: question.maxPhotos })}`}
        </span>
      </div>
      {question.help && <p className="secondary small">{localized(question.help)}</p>}
      {question.enableWhen && (
        <p className="secondary small">
          {t('questionnaires.onlyWhen', { when: inWords(question.enableWhen) })}
        </p>
      )}
      {question.rows && (
        <ul className="sheet-options">
          {question.rows.map((row) => (
            <li key={row.linkId}>{localized(row.text)}</li>
          ))}
        </ul>
      )}
      <AnswerView question={question} />
      {question.redFlag && (
        <p className="sheet-flag">
          <FlagFilled aria-hidden />{' '}
          {t('questionnaires.redFlagWhen', {
            when: inWords(question.redFlag.when),
            text: localized(question.redFlag.text),
            n: question.redFlag.withinMinutes,
          })}
        </p>
      )}
    </li>
  )
}

/** Every version with how often it was answered; what was answered stays with its version. */
function Versions({ id }: { id: number }) {
  const { t } = useTranslation()
  const time = useTime()
  const versions = useCall(listVersions, { params: { id } })
  if (!versions.data) return null
  return (
    <section className="panel sheet sheet-versions" aria-labelledby="versions">
      <h2 id="versions">{t('designer.versions')}</h2>
      <ul>
        {versions.data.items.map((one) => (
          <li key={one.id}>
            {t('designer.versionLine', {
              n: one.version,
              time: time.moment(one.publishedAt),
              questions: one.questions,
              responses: one.responses,
            })}
            {one.publishedByName && ` · ${one.publishedByName}`}
            {' · '}
            <a
              href={addressOf(exportQuestionnaire, { params: { id }, query: { version: one.version } })}
              download
              aria-label={t('questionnaires.exportFhirOf', { n: one.version })}
            >
              FHIR
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function BandsView({ bands }: { bands: Band[] }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  return (
    <section aria-labelledby="bands">
      <h2 id="bands">{t('questionnaires.band.bands')}</h2>
      <ul className="sheet-bands">
        {bands.map((band, at) => {
          const last = bands.slice(0, at).findLast((one) => one.singleItem === undefined)?.upTo
          const from = last === undefined ? null : last + 1
          const range =
            band.upTo === undefined
              ? `≥ ${from ?? 0}`
              : from === null
                ? `≤ ${band.upTo}`
                : `${from}–${band.upTo}`
          return (
            <li key={band.code}>
              <StatusTag tone={bandTone[band.tone]}>{localized(band.text)}</StatusTag>{' '}
              <span className="secondary small">
                {band.singleItem === undefined
                  ? t('questionnaires.band.total', { range })
                  : t('questionnaires.band.single', { n: band.singleItem })}
                {band.advice && ` · ${localized(band.advice)}`}
                {band.redFlagWithinMinutes && (
                  <>
                    {' · '}
                    <FlagFilled aria-hidden />{' '}
                    {t('questionnaires.band.flag', { n: band.redFlagWithinMinutes })}
                  </>
                )}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** How many points a measured number gives, line by line. */
function ScoresView({ scores }: { scores: NonNullable<Question['scores']> }) {
  const { t } = useTranslation()
  return (
    <ul className="sheet-options">
      {scores.map((line, at) => (
        <li key={at}>
          {line.below !== undefined
            ? t('questionnaires.band.below', { n: line.below })
            : line.upTo !== undefined
              ? t('questionnaires.band.upTo', { n: line.upTo })
              : t('questionnaires.band.rest')}
          <span className="secondary small"> {t('questionnaires.score', { n: line.score })}</span>
        </li>
      ))}
    </ul>
  )
}

function AnswerView({ question }: { question: Question }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  if (question.options) {
    return (
      <ul className="sheet-options">
        {question.options.map((option) => (
          <li key={option.value}>
            {localized(option.text)}
            {option.score !== undefined && (
              <span className="secondary small"> {t('questionnaires.score', { n: option.score })}</span>
            )}
          </li>
        ))}
      </ul>
    )
  }
  if (question.type === 'boolean') {
    return (
      <ul className="sheet-options">
        <li>{t('common.yes')}</li>
        <li>{t('common.no')}</li>
      </ul>
    )
  }
  if (question.type === 'scale') {
    const low = question.min ?? 0
    const steps = Array.from({ length: (question.max ?? 10) - low + 1 }, (_, step) => low + step)
    return (
      <ul className="sheet-options is-scale">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
    )
  }
  const range =
    question.min !== undefined && question.max !== undefined
      ? t('questionnaires.range', { min: question.min, max: question.max })
      : ''
  return (
    <>
      <div className="sheet-blank secondary">{[range, question.unit].filter(Boolean).join(' ')}</div>
      {question.scores && question.scores.length > 1 && <ScoresView scores={question.scores} />}
    </>
  )
}
