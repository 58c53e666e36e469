# What an ordinary user may do to the watcher of a machine: attack.pl MODE ARGUMENT...
# Prints a line when the attack is going on; ends with its parent.
use strict;
use warnings;
use POSIX qw(dup2);
use Socket;

my ($mode, @args) = @ARGV;

sub ready {
  print "$mode\n";
  STDOUT->flush();
}

sub orphaned { return getppid() == 1 }

sub udp {
  socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
  setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 1);
  bind($socket, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
  return $socket;
}

# So many processes hold so many descriptors of one socket each.
sub descriptors {
  my ($processes, $each) = @_;
  my @ends;
  for (1 .. $processes) {
    pipe(my $read, my $write);
    if (fork() == 0) {
      my $socket = udp();
      dup2(fileno($socket), $_) for 10 .. $each + 9;
      syswrite($write, "x");
      sleep 1 until orphaned();
      exit;
    }
    push @ends, $read;
  }
  sysread($_, my $byte, 1) for @ends;
  ready();
  sleep 1 until orphaned();
}

# So many sockets, each made in a cgroup of its own with a long name, lose datagrams in turn.
sub sockets {
  my ($count, $folder) = @_;
  my @sockets;
  for my $i (1 .. $count) {
    my $cgroup = "$folder/" . sprintf("docker-%064x.scope ", $i) . ("x netns=prod " x 10);
    if (mkdir($cgroup)) {
      open(my $procs, '>', "$cgroup/cgroup.procs") or die "$cgroup: $!";
      syswrite($procs, "$$\n") or die "$cgroup: $!";
      close($procs);
    }
    push @sockets, udp();
  }
  my @addresses = map { getsockname($_) } @sockets;
  ready();
  my $sender = udp();
  my $payload = "x" x 512;
  until (orphaned()) {
    for my $address (@addresses) {
      send($sender, $payload, 0, $address) for 1 .. 2;
    }
  }
}

# In a network namespace of his own: frames of each EtherType on its loopback.
sub ethertypes {
  my ($count) = @_;
  system('ip', 'link', 'set', 'lo', 'up');
  socket(my $packets, 17, SOCK_DGRAM, 0) or die "socket: $!"; # AF_PACKET
  ready();
  until (orphaned()) {
    for my $type (0x0600 .. 0x0600 + $count) {
      my $to = pack('S n i S C C a8', 17, $type, 1, 0, 0, 6, '');
      send($packets, 'x' x 64, 0, $to);
    }
  }
}

# Network namespaces that come and go, each with drops.
sub namespaces {
  ready();
  my $drops = 'use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0);'
      . 'send($s, "x", 0, pack_sockaddr_in(9, INADDR_LOOPBACK)) for 1 .. 9';
  until (orphaned()) {
    system('unshare', '-Urn', 'sh', '-c', "ip link set lo up; perl -e '$drops'");
  }
}

{ no strict 'refs'; &$mode(@args); }
