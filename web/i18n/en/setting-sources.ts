/** Where the defaults come from, by key. */
export const settingSources = {
  'follow-up_instruction_days':
    'CareLoop choice: the day after tomorrow, where the service centre chooses no time',
  'follow-up_instruction_escalate-hours':
    'CareLoop choice: one more day, then the instruction goes to the top of the list',
  'dispute_answer-days':
    'Measures for Handling Complaints in Medical Institutions (2019): answer within five working days',
  'dispute_escalate-days': 'CareLoop choice: an answer that is late is looked for every working day',
  'organisation_time-zone':
    'CareLoop choice: the time of mainland China; every site has its own, this one counts only where no site is known',
  organisation_country:
    'CareLoop choice: the mainland; a telephone number without a country code is one of this country (ISO 3166)',
  'follow-up_level-1_days':
    '96120 call-centre report: three-level follow-up, attending doctor by phone within 1 week',
  'follow-up_level-2_days': 'Common practice: head nurse or service centre within 2 weeks',
  'follow-up_level-3_days': '96120 call-centre report: three-level follow-up, home visit within 1 month',
  'follow-up_level-3_sample-rate': '96120 call-centre report says "a sample"; the share is ours',
  'follow-up_attempts_max': 'Vendor practice on the Chinese market',
  'follow-up_attempts_second-after-hours': 'Vendor practice: attempts at 0 / 24 / 72 h',
  'follow-up_attempts_third-after-hours':
    'Vendor practice: attempts at 0 / 24 / 72 h, counted from the first',
  'follow-up_hours_from': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_hours_to': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_hours_working-days-only': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_instruction_by-hand':
    'CareLoop choice: a result is submitted with its recording; one click less for every instruction',
  'follow-up_link-days':
    'CareLoop choice: the levels of follow-up are a week apart; a later answer would speak of another time',
  'follow-up_hold-minutes': 'CareLoop choice',
  'follow-up_undo-minutes': 'CareLoop choice',
  'follow-up_minutes_call':
    'Vendor figures: a nurse manages 20–30 calls a day by hand; 8 hours by 25 calls. Put your own in once you have them',
  'follow-up_minutes_home-visit': 'With the way there and back (custom)',
  'follow-up_minutes_other': 'CareLoop choice: questionnaires and other tasks',
  'pathway_publish_second-person':
    'CareLoop choice: where on, another person than the author publishes a pathway',
  'follow-up_calls-per-hour':
    'CareLoop choice: about ten minutes each, so that one agent keeps six in an hour',
  'follow-up_ladder':
    'CareLoop choice: family, community, letter in turn; it takes hours, so the site switches it on',
  'follow-up_ladder_family-attempts': 'CareLoop choice: a day apart; 0 leaves it out',
  'follow-up_ladder_community-attempts':
    'CareLoop choice: one question to the health station; 0 leaves it out',
  'follow-up_ladder_letter': 'CareLoop choice: where the address is known',
  'follow-up_ladder_letter-days': 'CareLoop choice: a week each way by post',
  'follow-up_ladder_letter-text': 'CareLoop choice: nothing about illness or treatment',
  'follow-up_ladder_letter-phone': 'The number that people are asked to call',
  'follow-up_daily-goal': 'CareLoop aim: 60 calls a day; by hand a nurse manages 20–30',
  'intake_silent-minutes': 'CareLoop choice',
  'intake_apply-test-messages': 'CareLoop choice: messages for training or debugging are about nobody',
  'intake_keep-days': 'Cybersecurity Law Art. 21: network logs at least 6 months',
  'outbound_ack-timeout-seconds':
    'CareLoop choice: HL7 names no number; receivers that answer after a commit take seconds, interface engines wait 5 to 60',
  'outbound_retry-first-seconds': 'CareLoop choice: twice as long after each further failure',
  'outbound_retry-longest-seconds':
    'CareLoop choice: a receiver that comes back gets its messages within five minutes',
  'outbound_silent-minutes': 'CareLoop choice',
  'import_keep-days': 'PIPL Art. 19: no longer than the purpose needs',
  'group_warn-days': 'CareLoop choice: time enough for a round of talks before an agreement runs out',
  fhir_site: "CareLoop choice: empty = the key's own site, else the first",
  'fhir_identifier-systems': 'CareLoop choice: pairs such as http://his.example/mrn=mrn:NH; separated by ;',
  'fhir_cors-origins': 'CareLoop choice: origins such as https://app.example, separated by ;, empty = none',
  'security_session-idle-minutes': 'OWASP ASVS 5: idle limit by risk',
  'security_session-absolute-hours': 'OWASP ASVS 5 / NIST SP 800-63B AAL2: 12 hours',
  security_launch: 'CareLoop choice: an integration key can then work as any member of staff of its site',
  'security_launch-origins':
    'CareLoop choice: exact origins such as https://his.example.org; empty = own window only',
  'security_launch-open-seconds': 'RFC 6749 4.1.2: 10 minutes at most; a workstation opens its link at once',
  'security_launch-session-hours': 'CareLoop choice: a shift; shorter than a session with a password',
  'security_outbound-hosts':
    'CareLoop choice: names, addresses and ranges; narrow it to the systems there are',
  'security_audit-keep-years': 'HIPAA: audit documentation 6 years',
  'spot-check_automatic': 'CareLoop choice: a check that waits for somebody to start it is forgotten',
  'spot-check_day': 'CareLoop choice: results registered late are in by then',
  'spot-check_share': 'CareLoop choice: one result in twenty',
  'spot-check_minimum': 'CareLoop choice: everybody is checked every month',
  'spot-check_maximum': 'CareLoop choice: what a service centre can call',
  'spot-check_new-doctor-factor': 'CareLoop choice: of a doctor without a record, twice as many',
  'spot-check_new-doctor-days': 'CareLoop choice: one quarter',
  'spot-check_weight_stated': 'CareLoop choice: nothing but words proves the result',
  'spot-check_weight_short-call': 'CareLoop choice: too short to have asked everything',
  'spot-check_weight_repeated': 'CareLoop choice: the same answers again and again may not have been asked',
  'spot-check_weight_red-flag-prone': 'CareLoop choice: where danger is frequent a call left out costs most',
  'spot-check_short-call-seconds': 'CareLoop choice: the script of level 1 alone takes about 20 seconds',
  'spot-check_repeat-times':
    'CareLoop choice: people who recover well do answer alike; five times in a month stands out',
  'spot-check_red-flag-rate':
    'CareLoop choice: diagnoses (ICD category) with a red flag in every tenth follow-up of the past year',
  'spot-check_due-days': 'CareLoop choice: memory of a call fades',
  'spot-check_day-tolerance': 'CareLoop choice: few remember the exact day',
  'spot-check_disagree-fields':
    "CareLoop choice: one mismatch may be the patient's memory, two are a pattern; no call at all always disagrees",
  'head-check_due-day': 'CareLoop choice: late results of the month before are in, the month is still young',
  'head-check_sample': 'CareLoop choice: as many as one reads',
  'spot-check_appeal-days': 'CareLoop choice: a week to look it up',
  'spot-check_score-minimum': 'CareLoop choice: below five the 95 % interval spans half the scale and more',
  'appointment_horizon-days': 'CareLoop choice: sessions are made and booked so far ahead',
  'appointment_hold-minutes': 'CareLoop choice: long enough to agree on a time by phone',
  appointment_holds: 'CareLoop choice: what one person may hold at a time',
  'appointment_offer-minutes':
    'CareLoop choice: for the answer to an offered slot, counted within the hours in which people may be written to',
  'appointment_cancel-hours':
    'CareLoop choice: until when people may cancel by themselves; afterwards they call',
  'appointment_red-flag-days':
    'CareLoop choice: within which a red flag of a follow-up keeps an urgent slot; 0: it keeps none',
  'appointment_red-flag-hours': 'CareLoop choice: how long that slot is kept for the doctor who calls',
  'appointment_real-name':
    'Real-name registration (Ministry of Health, 2009, No. 95): an identity number before booking by web or phone',
  'appointment_per-day':
    'CareLoop choice: of one person in one department on one day, a common rule of hospitals',
  'appointment_no-show-rule': 'Published rules of hospitals and of the Beijing 114 platform, see the guide',
  'appointment_no-show-late-minutes': 'Beijing 114; for the own rule',
  'appointment_no-show-count': 'Beijing 114; for the own rule',
  'appointment_no-show-window-months': 'Beijing 114; for the own rule',
  'appointment_no-show-restrict-months': 'Beijing 114; for the own rule',
  'appointment_no-show-cut-off':
    'Common rule: what the patient cancels later counts as missed; for the own rule',
  appointment_open: 'CareLoop choice: of one person at a time',
  'appointment_remind-more-above':
    'CareLoop choice: a call the day before where about every third such patient would not come; below that most calls would be for nothing',
  'appointment_overbook-share':
    'CareLoop choice: 0: places above those of a session are as its schedule says; above 0: at most this share of its places, and no more than are expected not to come',
  'appointment_web-open': 'CareLoop choice: a family that shares a telephone',
  'appointment_web-codes-phone': 'CareLoop choice: nobody needs more short messages',
  'appointment_web-codes-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-codes-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-searches-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-searches-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-holds-phone': 'CareLoop choice: looking at some times before taking one',
  'appointment_web-holds-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-holds-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-bookings-phone': 'CareLoop choice: a family that shares a telephone',
  'appointment_web-bookings-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-bookings-all': 'CareLoop choice: more than people do, less than bots try',
  'visit_radius-km': '96120 call-centre report: home visits over a 300 km radius',
  visit_detour:
    'Road over great-circle distance in China: 1.33 (Ballou et al. 2002, Transportation Research A 36: 843–848)',
  visit_speed_town: 'Our default: town traffic on the first km of each leg',
  visit_speed_road: 'Our default: country and trunk roads beyond',
  'visit_speed_town-km': 'Our default: how far town traffic reaches',
  visit_minutes: 'At the door, without the way (common practice)',
  visit_day_from: 'Our default: leaving the hospital',
  visit_day_to: 'Our default: back at the hospital',
  'visit_per-day': 'Our default: a day of 40-minute visits in town has room for eight',
  'visit_cost_per-km': 'Our default: fuel, wear and insurance of a small car; put in your own',
  'visit_cost_staff-hour': 'Our default: each member of the team; put in your own',
  figure_target_coverage: '96120 call-centre report: coverage 100 %',
  figure_target_timeliness: 'CareLoop choice',
  figure_target_reach: 'CareLoop choice',
  'match_review-from': 'CareLoop choice; on FEBRL test registers F is highest between 0.1 and 0.5',
  'match_link-sure': 'CareLoop choice: two persons in one record are a danger, so a human decides',
  provenance_name:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_sex:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_birthDate:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_maritalStatus:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_language:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_address:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_deceased:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_trusted:
    'CareLoop choice: such as hl7:HIS/NH, fhir; for one field: address = portal, hl7:HIS/NH',
  completeness_phone: 'CareLoop choice: follow-up is a call: without a working telephone there is none',
  completeness_name: 'CareLoop choice: whom to ask for',
  completeness_birthDate:
    'CareLoop choice: tells namesakes apart on the telephone; age decides about many pathways',
  completeness_identity: 'CareLoop choice: ties records of several hospitals to one person',
  completeness_address: 'CareLoop choice: home visits of level 3, and letters',
  completeness_contact: 'CareLoop choice: whom to call when the person cannot be reached',
  completeness_sex: 'CareLoop choice: decides about some pathways and questions',
  completeness_email: 'CareLoop choice: one may write where one cannot call; few give one',
}
