import { badge, time } from './format.js';
import { keys } from './keys.js';
import { resource } from './resource.js';

const state = ({ active, is_agent: isAgent, online, pause_id: pause }) => {
  if (!active) {
    return badge('not active', 'lost');
  }
  return !isAgent ? '–' : online ? badge(pause ? 'paused' : 'checked in', pause ? 'rest' : 'good') : badge('checked out');
};

await resource({
  path: '/api/user',
  one: 'user',
  columns: [
    ['Name', 'name'],
    ['Username', 'username'],
    ['E-mail', 'email', { class: 'wide' }],
    ['Group', 'pgroup', { class: 'wide' }],
    ['State', state],
    ['Extensions', 'extensions', { class: 'wide' }],
    ['Last login', ({ last_login: at }) => time(at), { class: 'wide' }],
  ],
  filters: [
    ['q', 'Search'],
    ['is_agent', 'Agents'],
  ],
  groups: [
    {
      name: 'General',
      fields: [
        ['name', 'Name'],
        ['username', 'Username'],
        ['email', 'E-mail'],
        ['password', 'Password', { secret: true }],
        ['timezone', 'Time zone', { zone: true }],
        ['active', 'Active', { first: true }],
        ['groups', 'Groups of users', { of: '/api/group' }],
        ['sites', 'Sites', { of: '/api/site' }],
      ],
    },
    {
      name: 'Agent',
      fields: [
        ['is_agent', 'Is an agent'],
        ['in_reports', 'Counted in statistics', { first: true }],
        ['queue_perms', 'Queues', { members: '/api/cc_queue' }],
        ['wrap_up_time', 'Wrap-up'],
        ['max_snooze', 'Extensions of a wrap-up'],
        ['no_answer_delay_time', 'Rest after a no-answer'],
        ['reject_delay_time', 'Rest after a rejected offer'],
        ['busy_delay_time', 'Rest after a busy phone'],
        ['max_no_answer', 'No-answers until a pause'],
      ],
    },
    {
      name: 'Calls',
      fields: [
        ['follow_me', 'Follow me'],
        ['call_timeout', 'Until the mailbox'],
        ['vm_id', 'Mailbox', { of: '/api/voicemail' }],
        ['dr_id', 'Dial rule', { of: '/api/dial_rule', none: "the account's" }],
        ['override_device', 'Own settings of calls'],
        ['ecnam', 'Name outside'],
        ['ecnum', 'Number outside'],
        ['ocnam', 'Name within the office'],
        ['ocnum', 'Number within the office'],
        ['user_record', 'Record every call'],
        ['rec_inb_ext', 'Record from outside'],
        ['rec_out_ext', 'Record to outside'],
        ['rec_inb_int', 'Record from the office'],
        ['rec_out_int', 'Record to the office'],
        ['blf_ext', 'Watched extensions'],
        ['cnum_by_country', 'Numbers by country'],
        ['intercept_groups', 'May intercept', { of: '/api/group' }],
        ['intercept_other_groups', 'May also intercept', { of: '/api/group' }],
      ],
    },
    {
      name: 'Security',
      fields: [
        ['allowed_ips', 'Allowed addresses'],
        ['geo_limit', 'Allowed countries'],
        ['pgroup_id', 'Permission group', { of: '/api/pgroup' }],
        ['session_ttl', 'Session'],
        ['permissions', 'Permissions', { none: 'as the group' }],
      ],
      part: ({ id }) => ({ more: keys(id) }),
    },
  ],
});
