# A small stand-in for Homebrew: loads a formula, downloads its archive, checks the digest, installs into a prefix and runs its test.
# ruby formula_stub.rb FORMULA PREFIX SYSTEM ARCH
require "digest"
require "fileutils"
require "net/http"
require "pathname"
require "tmpdir"

FORMULA, PREFIX, SYSTEM, ARCH = ARGV

class Pathname
  def install(*files)
    mkpath
    files.flatten.each { |file| FileUtils.cp(file, self) }
    raise "nothing to install into #{self}" if files.flatten.empty?
  end
end

class Formula
  class << self
    attr_reader :tests

    %i[desc homepage version license url sha256].each do |name|
      define_method(name) do |value = nil|
        value.nil? ? instance_variable_get("@#{name}") : instance_variable_set("@#{name}", value)
      end
    end

    def inherited(formula) = (@formula = formula)
    def formula = @formula
    def on_macos = (yield if SYSTEM == "macos")
    def on_linux = (yield if SYSTEM == "linux")
    def on_arm = (yield if ARCH == "arm")
    def on_intel = (yield if ARCH == "intel")
    def test(&block) = (@tests = block)
  end

  def prefix = Pathname.new(PREFIX)
  def bin = prefix/"bin"
  def man1 = prefix/"share/man/man1"
  def bash_completion = prefix/"etc/bash_completion.d"
  def zsh_completion = prefix/"share/zsh/site-functions"
  def fish_completion = prefix/"share/fish/vendor_completions.d"
  def version = self.class.version
  def testpath = @testpath ||= Pathname.new(Dir.mktmpdir("formula-test-"))

  def shell_output(command)
    output = `#{command}`
    raise "#{command}: #{$?}" unless $?.success?

    output
  end

  def system(program, *arguments)
    raise "#{program} failed: #{$?}" unless Kernel.system(program.to_s, *arguments)
  end

  def assert_equal(expected, actual)
    raise "expected #{expected.inspect}, got #{actual.inspect}" unless expected == actual
  end
end

load FORMULA
formula = Formula.formula
%i[desc homepage version license url sha256].each { |name| raise "no #{name}" if formula.send(name).nil? }

Dir.mktmpdir("formula-") do |folder|
  archive = File.join(folder, "archive.tar.gz")
  response = Net::HTTP.get_response(URI(formula.url))
  raise "download: #{response.code}" unless response.is_a?(Net::HTTPSuccess)

  File.binwrite(archive, response.body)
  digest = Digest::SHA256.file(archive).hexdigest
  raise "SHA256 mismatch: expected #{formula.sha256}, got #{digest}" unless digest == formula.sha256

  Kernel.system("tar", "-xzf", archive, "-C", folder, exception: true)
  # As Homebrew does where the archive holds one folder.
  Dir.chdir(Dir[File.join(folder, "*/")].first) { formula.new.install }
end

instance = formula.new
Dir.chdir(instance.testpath) do
  ENV["HOME"] = instance.testpath.to_s
  instance.instance_exec(&formula.tests)
end
FileUtils.rm_r(instance.testpath)
puts "installed and tested #{formula.version}"
